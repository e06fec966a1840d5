import { Migration } from '@definitivedx/db';

/** Handing over with a note, acknowledging, consulted panels, overdue answers, unread advice, and who left. */
export class Cases0008 extends Migration {
  override up(): void {
    this.addSql(responsibility);
    this.addSql(consulting);
    this.addSql(calls);
    this.addSql(departures);
    this.addSql(waiting);
  }
}

const responsibility = `
  alter table responsibility
    drop constraint responsibility_reason_check,
    add constraint responsibility_reason_check check (reason in ('on-call', 'panel-lead', 'invited-specialist',
      'panel-specialist', 'hand-over', 'take-over', 'hand-back', 'handed-to')),
    add column given_by uuid,
    add column note text,
    add column acknowledged_at timestamptz;
  -- What somebody took themselves, or has written in since, they know of.
  update responsibility r set acknowledged_at = r.from_at where reason in ('hand-over', 'take-over');
  update responsibility r set acknowledged_at = (
    select min(p.posted_at) from post p
    where p.case_id = r.case_id and p.author_id = r.member_id and p.posted_at >= r.from_at
      and (r.until_at is null or p.posted_at <= r.until_at)
  ) where acknowledged_at is null;`;

const consulting = `
  create table consultation (
    id uuid primary key,
    case_id uuid not null references cases (id),
    panel_id uuid not null,
    question text not null,
    asked_by uuid not null,
    asked_at timestamptz not null,
    -- The panel's own terms, as they were when it was asked.
    calendar text not null,
    terms jsonb not null,
    budget_minutes double precision not null check (budget_minutes > 0),
    used_minutes double precision not null default 0 check (used_minutes >= 0),
    running_since timestamptz,
    stopped_at timestamptz,
    due_at timestamptz not null,
    overdue_at timestamptz,
    ended text check (ended in ('answered', 'leads-now', 'panel-gone', 'case-ended')),
    check ((ended is null) = (stopped_at is null)),
    check (running_since is null or stopped_at is null)
  );
  create index consultation_of_case on consultation (case_id, id);
  create unique index consultation_open on consultation (case_id, panel_id) where ended is null;
  create index consultation_of_panel on consultation (panel_id) where ended is null;
  -- Advice that is no plan: the panel that leads makes the plan.
  create table consulted_advice (
    post_id uuid primary key references post (id),
    consultation_id uuid not null references consultation (id)
  );
  create index consulted_advice_of on consulted_advice (consultation_id);
  alter table response_clock add column overdue_at timestamptz;`;

const calls = `
  create table phone_call (
    id uuid primary key,
    case_id uuid not null references cases (id),
    post_id uuid not null references post (id),
    member_id uuid not null,
    reached text not null check (reached in ('requester', 'cover', 'other-clinician', 'practice-staff')),
    called_at timestamptz not null,
    note text,
    recorded_at timestamptz not null
  );
  create index phone_call_of_case on phone_call (case_id, recorded_at);`;

const departures = `
  -- Who lost a place or a panel lately: whoever names them responsible at that moment looks again.
  create table departure (
    member_id uuid primary key,
    at timestamptz not null
  );`;

// Cases from before have the timers they would have been given. None is due at once: an upgrade is no alarm.
const waiting = `
  insert into timer (id, kind, case_id, subject_id, due_at, armed_at)
  select gen_random_uuid(), 'grant-expired', a.case_id, a.grant_id, a.expires_at, now()
    from audience a join cases c on c.id = a.case_id
   where a.expires_at is not null and c.status in ('awaiting-advice', 'awaiting-information', 'advice-given')
  on conflict do nothing;
  update response_clock set overdue_at = due_at where running_since is not null and due_at < now();
  insert into timer (id, kind, case_id, due_at, armed_at)
  select gen_random_uuid(), 'overdue', k.case_id, k.due_at, now()
    from response_clock k where k.running_since is not null and k.overdue_at is null
  on conflict do nothing;
  insert into timer (id, kind, case_id, due_at, armed_at)
  select gen_random_uuid(), 'unacknowledged', r.case_id, now() + interval '24 hours', now()
    from responsibility r where r.until_at is null and r.acknowledged_at is null
  on conflict do nothing;`;
