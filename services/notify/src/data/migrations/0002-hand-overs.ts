import { Migration } from '@definitivedx/db';

/** Timers, hand-overs, and what members are told of them. */
export class Migration0002HandOvers extends Migration {
  override up(): void {
    // member_id is the last person known to be on call: in a gap it stays, because their cases stay with them.
    this.addSql(`
      create table panel_duty (
        panel_id uuid primary key,
        member_id uuid not null,
        since timestamptz not null
      )`);

    this.addSql(`
      create table hand_over (
        id uuid primary key,
        panel_id uuid not null,
        outgoing_id uuid not null,
        incoming_id uuid not null,
        at timestamptz not null,
        lead_id uuid,
        closed_at timestamptz,
        check (outgoing_id <> incoming_id)
      )`);
    for (const column of ['panel_id', 'outgoing_id', 'incoming_id', 'lead_id']) {
      this.addSql(`create index hand_over_open_${column} on hand_over (${column}) where closed_at is null`);
    }
    // An item is open until it is accepted, or dropped because the case ended or went into a later hand-over.
    this.addSql(`
      create table hand_over_item (
        id uuid primary key,
        hand_over_id uuid not null references hand_over,
        case_id uuid not null,
        noted_at timestamptz,
        accepted_at timestamptz,
        escalated_at timestamptz,
        dropped_at timestamptz,
        unique (hand_over_id, case_id),
        check (num_nonnulls(accepted_at, dropped_at) <= 1)
      )`);
    this.addSql(`
      create index hand_over_item_open on hand_over_item (case_id)
        where accepted_at is null and dropped_at is null`);

    // One row is one thing to do at a time; it is deleted in the transaction that does it. Arming a timer again
    // gives it a new id, so that whoever has taken up the old one finds nothing to delete and does nothing.
    this.addSql(`
      create table timer (
        id uuid primary key,
        kind text not null check (kind in ('shift-change', 'late-cases', 'hand-over-overdue')),
        panel_id uuid not null,
        member_id uuid,
        hand_over_id uuid references hand_over,
        due_at timestamptz not null,
        armed_at timestamptz not null,
        attempts integer not null default 0,
        claimed_until timestamptz,
        traceparent text,
        constraint timer_once unique nulls not distinct (kind, panel_id, member_id, hand_over_id)
      )`);
    this.addSql(`create index timer_due on timer (due_at, id)`);
    // Panels that had a rota before there were timers: looked at once, which arms what comes next.
    this.addSql(`
      insert into timer (id, kind, panel_id, due_at, armed_at)
      select gen_random_uuid(), 'shift-change', panel_id, now(), now()
      from (select panel_id from rota union select panel_id from rota_override) known`);

    this.addSql(`
      alter table stream_entry
        drop constraint stream_entry_kind_check,
        add constraint stream_entry_kind_check check (kind in
          ('case-shared', 'case-posted', 'advice-given', 'access-ended',
           'hand-over-waiting', 'hand-over-leaving', 'hand-over-overdue'))`);
    this.addSql(`
      alter table mail
        add column hand_over_id uuid references hand_over,
        drop constraint mail_template_check,
        add constraint mail_template_check check (template in
          ('case-shared', 'case-posted', 'advice-given', 'dead-letter', 'hand-over-waiting', 'hand-over-overdue')),
        drop constraint mail_about,
        add constraint mail_about check (
          case when template = 'dead-letter' then member_id is null and alert is not null
               when template in ('hand-over-waiting', 'hand-over-overdue')
                 then member_id is not null and hand_over_id is not null
               else member_id is not null and case_id is not null end
        )`);
  }
}
