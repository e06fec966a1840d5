import { messagingTablesV1 } from '@definitivedx/bus';
import { Migration } from '@definitivedx/db';

/** What cases come to, and the e-mail lines they are compared with. */
export class Migration0001Metrics extends Migration {
  override up(): void {
    this.addSql(messagingTablesV1);

    // Its three events may arrive in any order, so each part may be there without the others.
    this.addSql(`
      create table case_fact (
        case_id uuid primary key,

        practice_id uuid,
        panel_id uuid,
        panel_organisation_id uuid,
        priority text,
        intended_action text,
        asked_at timestamptz,
        answer_by timestamptz,
        asked_month date generated always as (date_trunc('month', asked_at at time zone 'Europe/London')::date) stored,

        first_answer_at timestamptz,
        first_answer_kind text,
        recommendation text,
        elapsed_minutes double precision,
        working_minutes double precision,
        within_target boolean,

        ended_at timestamptz,
        status text,
        q1_outcome text,
        q2_referral text,
        q3_value_to_patient smallint,
        q4_value_to_provider smallint,

        constraint case_fact_asked check (num_nulls(practice_id, priority, intended_action, asked_at, answer_by) in (0, 5)),
        constraint case_fact_panel check (num_nulls(panel_id, panel_organisation_id) in (0, 2)),
        constraint case_fact_answered
          check (num_nulls(first_answer_at, first_answer_kind, elapsed_minutes, working_minutes, within_target) in (0, 5)),
        constraint case_fact_ended check (num_nulls(ended_at, status) in (0, 2)),
        constraint case_fact_survey check (num_nulls(q1_outcome, q2_referral) in (0, 2))
      )`);
    this.addSql(`create index case_fact_practice on case_fact (practice_id, asked_month)`);
    this.addSql(
      `create index case_fact_panel_organisation on case_fact (panel_organisation_id, asked_month)`,
    );

    this.addSql(`
      create table baseline (
        id uuid primary key,
        organisation_id uuid not null,
        name text not null,
        imported_by uuid not null,
        imported_at timestamptz not null,
        constraint baseline_name unique (organisation_id, name)
      )`);
    this.addSql(`
      create table baseline_thread (
        baseline_id uuid not null references baseline on delete cascade,
        line integer not null,
        asked_at timestamptz not null,
        answered_at timestamptz,
        referral text not null,
        within_working_day boolean,
        primary key (baseline_id, line),
        constraint baseline_thread_times check (answered_at >= asked_at)
      )`);
  }
}
