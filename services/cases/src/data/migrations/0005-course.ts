import { Migration } from '@definitivedx/db';

/** What happened to each case, in order, and what each still waits for. */
export class Cases0005 extends Migration {
  override up(): void {
    this.addSql(`
      create table timeline (
        id bigint generated always as identity primary key,
        case_id uuid not null references cases (id),
        kind text not null,
        actor_id uuid,
        subject_id uuid,
        detail jsonb not null,
        at timestamptz not null
      )`);
    this.addSql('create index timeline_of_case on timeline (case_id, id)');
    this.addSql(`
      create function keep_timeline() returns trigger language plpgsql as $$
      begin
        raise exception 'the timeline of a case is never changed' using errcode = 'integrity_constraint_violation';
      end $$;
      create trigger keep_timeline before update or delete on timeline
        for each row execute function keep_timeline();`);
    this.addSql(`
      create table timer (
        id uuid primary key,
        kind text not null,
        case_id uuid not null references cases (id),
        subject_id uuid,
        due_at timestamptz not null,
        armed_at timestamptz not null,
        attempts integer not null default 0,
        claimed_until timestamptz,
        traceparent text,
        constraint timer_once unique nulls not distinct (kind, case_id, subject_id)
      )`);
    this.addSql('create index timer_due on timer (due_at, id)');
    this.addSql('create index timer_of_case on timer (case_id)');
  }
}
