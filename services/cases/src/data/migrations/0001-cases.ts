import { messagingTablesV1 } from '@definitivedx/bus';
import { Migration } from '@definitivedx/db';

/** Cases with their discussion, who they are filed under, and who answers for them. */
export class Cases0001 extends Migration {
  override up(): void {
    this.addSql(messagingTablesV1);
    this.addSql(`
      create table cases (
        id uuid primary key,
        requester_id uuid not null,
        organisation_id uuid not null,
        question text not null,
        history text not null,
        age_band text not null,
        sex text not null check (sex in ('female', 'male', 'not-relevant')),
        intended_action text not null check (intended_action in ('refer', 'not-refer', 'unsure')),
        priority text not null check (priority in ('routine', 'urgent')),
        status text not null check (status in
          ('awaiting-advice', 'awaiting-information', 'advice-given', 'closed', 'cancelled', 'converted')),
        version integer not null check (version >= 1),
        post_count integer not null default 0,
        -- Text of the case and its discussion in bytes, kept below what one bus message carries.
        text_bytes integer not null,
        created_at timestamptz not null,
        last_activity_at timestamptz not null
      )`);
    this.addSql(`
      create table attestation (
        case_id uuid primary key references cases (id),
        member_id uuid not null,
        version text not null,
        hash text not null,
        attested_at timestamptz not null
      )`);
    this.addSql(`
      create table post (
        id uuid primary key,
        case_id uuid not null references cases (id),
        number integer not null check (number >= 1),
        kind text not null check (kind in ('question', 'advice', 'information', 'note')),
        author_id uuid not null,
        organisation_id uuid not null,
        body text not null,
        recommendation text,
        posted_at timestamptz not null,
        unique (case_id, number),
        check ((kind = 'advice') = (recommendation is not null))
      )`);
    // A projection for finding; who may see a case is decided by access alone.
    this.addSql(`
      create table audience (
        case_id uuid not null references cases (id),
        grant_id uuid,
        kind text not null check (kind in ('requester', 'member', 'panel', 'everyone')),
        principal uuid not null,
        expires_at timestamptz,
        last_activity_at timestamptz not null,
        check ((kind = 'requester') = (grant_id is null)),
        constraint audience_grant unique nulls not distinct (case_id, grant_id)
      )`);
    this.addSql(`
      create index audience_inbox on audience (principal, last_activity_at desc, case_id desc) include (expires_at)`);
    this.addSql(`
      create table responsibility (
        id bigint generated always as identity primary key,
        case_id uuid not null references cases (id),
        member_id uuid not null,
        reason text not null check (reason in ('on-call', 'panel-lead', 'invited-specialist')),
        from_at timestamptz not null,
        until_at timestamptz,
        check (until_at >= from_at)
      )`);
    this.addSql(`create unique index responsibility_open on responsibility (case_id) where until_at is null`);
    this.addSql(`create index responsibility_history on responsibility (case_id, from_at)`);
    this.addSql(oneResponsible);
    this.addSql(`
      create table reserved_ids (
        command_id uuid primary key,
        caller_id uuid not null,
        case_id uuid not null,
        grant_ids uuid[] not null,
        reserved_at timestamptz not null
      )`);
  }
}

/**
 * The unique index allows no second responsible; this allows no open case without one, nor an ended case with one.
 * Checked at commit, so that a command may close one row and open the next.
 */
const oneResponsible = `
  create function check_responsible() returns trigger language plpgsql as $$
  declare
    checked uuid := case tg_table_name when 'cases' then to_jsonb(new) ->> 'id' else to_jsonb(new) ->> 'case_id' end;
  begin
    if exists (
      select from cases c
      where c.id = checked
        and (c.status in ('awaiting-advice', 'awaiting-information', 'advice-given'))
          <> exists (select from responsibility r where r.case_id = c.id and r.until_at is null)
    ) then
      raise exception 'a case is open without a responsible specialist, or ended with one'
        using errcode = 'integrity_constraint_violation', constraint = 'one_responsible';
    end if;
    return null;
  end $$;
  create constraint trigger one_responsible after insert or update of status on cases
    deferrable initially deferred for each row execute function check_responsible();
  create constraint trigger one_responsible after insert or update of until_at on responsibility
    deferrable initially deferred for each row execute function check_responsible();`;
