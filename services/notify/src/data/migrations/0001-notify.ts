import { messagingTablesV1 } from '@definitivedx/bus';
import { Migration } from '@definitivedx/db';

/** Rotas, members' streams and mail. */
export class Migration0001Notify extends Migration {
  override up(): void {
    this.addSql(messagingTablesV1);

    this.addSql(`
      create table rota (
        panel_id uuid primary key,
        time_zone text not null,
        updated_at timestamptz not null
      )`);
    this.addSql(`
      create table shift (
        panel_id uuid not null references rota on delete cascade,
        weekday smallint not null check (weekday between 1 and 7),
        start_minute smallint not null check (start_minute between 0 and 1439),
        end_minute smallint not null check (end_minute > start_minute and end_minute <= start_minute + 1440),
        member_id uuid not null,
        primary key (panel_id, weekday, start_minute)
      )`);
    // set_order is when it was set among all: the latest wins, and clocks may stand still or run backwards.
    this.addSql(`create sequence rota_override_order`);
    this.addSql(`
      create table rota_override (
        override_id uuid primary key,
        panel_id uuid not null,
        member_id uuid not null,
        starts_at timestamptz not null,
        ends_at timestamptz not null,
        set_order bigint not null default nextval('rota_override_order'),
        check (ends_at > starts_at)
      )`);
    this.addSql(`create index rota_override_by_panel on rota_override (panel_id, ends_at)`);

    this.addSql(`
      create table stream_position (
        member_id uuid primary key,
        last integer not null check (last > 0)
      )`);
    this.addSql(`
      create table stream_entry (
        member_id uuid not null references stream_position,
        sequence integer not null,
        kind text not null check (kind in ('case-shared', 'case-posted', 'advice-given', 'access-ended')),
        case_id uuid not null,
        at timestamptz not null,
        source_message uuid not null,
        primary key (member_id, sequence),
        constraint stream_entry_once unique (member_id, source_message)
      )`);
    this.addSql(`create index stream_entry_by_case on stream_entry (case_id, member_id, sequence desc)`);

    // One row is one mail. It is open until exactly one of sent_at, failed_at, withdrawn_at is set.
    // next_attempt_at is also the lease: who takes a row moves it ahead, so after a crash the row comes due by itself.
    this.addSql(`
      create table mail (
        id uuid primary key,
        message_id text not null unique,
        source_message uuid not null,
        member_id uuid,
        case_id uuid,
        template text not null check (template in ('case-shared', 'case-posted', 'advice-given', 'dead-letter')),
        alert jsonb,
        created_at timestamptz not null,
        attempts integer not null default 0,
        next_attempt_at timestamptz not null,
        sent_at timestamptz,
        failed_at timestamptz,
        withdrawn_at timestamptz,
        last_error_code text,
        traceparent text,
        constraint mail_once unique nulls not distinct (source_message, member_id),
        constraint mail_closed_once check (num_nonnulls(sent_at, failed_at, withdrawn_at) <= 1),
        constraint mail_about check (
          case when template = 'dead-letter' then member_id is null and alert is not null
               else member_id is not null and case_id is not null end
        )
      )`);
    this.addSql(`
      create index mail_open on mail (next_attempt_at, id)
        where sent_at is null and failed_at is null and withdrawn_at is null`);
  }
}
