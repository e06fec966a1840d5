import { Migration } from '@definitivedx/db';

/** How cases end and begin again, what is asked afterwards, what keeps them apart, and what is learnt from them. */
export class Cases0010 extends Migration {
  override up(): void {
    this.addSql(`
      alter table cases
        add column if not exists referral_allowed boolean not null default false,
        -- Of an ended case; null for one that is open, or was ended by the version before this.
        add column ended_at timestamptz,
        add column ended_as text check (ended_as in ('moved-to-identified-route'))`);
    this.addSql(`
      update cases c set ended_at = coalesce((select s.closed_at from survey s where s.case_id = c.id), c.last_activity_at)
       where status in ('closed', 'cancelled', 'converted')`);
    this.addSql(endings);
    this.addSql(flags);
    this.addSql(followUps);
    this.addSql(teaching);
  }
}

// A case may be closed more than once, and each closing keeps its survey.
const endings = `
  create table ending (
    case_id uuid not null references cases (id),
    ended_at timestamptz not null,
    status text not null check (status in ('closed', 'cancelled', 'converted')),
    ended_as text check (ended_as in ('moved-to-identified-route')),
    -- Null when it ended by itself.
    ended_by uuid,
    reason text,
    comment text,
    reopened_at timestamptz,
    reopened_by uuid,
    primary key (case_id, ended_at),
    check (num_nulls(reopened_at, reopened_by) in (0, 2))
  );
  insert into ending (case_id, ended_at, status, ended_by)
  select c.id, c.ended_at, c.status, s.member_id
    from cases c left join survey s on s.case_id = c.id where c.ended_at is not null;
  alter table survey
    drop constraint survey_pkey,
    add primary key (case_id, closed_at),
    -- Null when it was given with the closing.
    add column given_at timestamptz check (given_at >= closed_at);`;

const flags = `
  create table case_flag (
    id uuid primary key,
    case_id uuid not null references cases (id),
    kind text not null check (kind in ('safeguarding', 'intimate-image', 'identified-records')),
    set_by uuid not null,
    set_at timestamptz not null,
    cleared_by uuid,
    cleared_at timestamptz,
    check (num_nulls(cleared_by, cleared_at) in (0, 2))
  );
  create unique index case_flag_once on case_flag (case_id, kind) where cleared_at is null;
  create index case_flag_of_case on case_flag (case_id, id);
  create table local_contacts (
    organisation_id uuid primary key,
    body text not null,
    set_by uuid not null,
    set_at timestamptz not null
  );`;

// Requester and practice are repeated here, so that what is due to somebody is an index range.
const followUps = `
  create table follow_up (
    case_id uuid not null references cases (id),
    day smallint not null check (day in (30, 90)),
    requester_id uuid not null,
    organisation_id uuid not null,
    due_at timestamptz not null,
    sent_at timestamptz,
    answered_at timestamptz,
    answered_by uuid,
    advice_followed text check (advice_followed in ('yes', 'partly', 'no')),
    referred_anyway boolean,
    unplanned_attendance boolean,
    outcome text check (outcome in ('well', 'improved', 'unchanged', 'worse', 'unknown')),
    primary key (case_id, day),
    check (num_nulls(answered_at, answered_by, advice_followed, referred_anyway, unplanned_attendance, outcome) in (0, 6))
  );
  create index follow_up_of_requester on follow_up (requester_id, due_at, case_id) where answered_at is null;
  create index follow_up_of_practice on follow_up (organisation_id, due_at, case_id) where answered_at is null;`;

// Nothing in a case that is taught leads to the case it came from; the offer does, for its asking side.
const teaching = `
  create table teaching (
    id uuid primary key,
    question text not null,
    course text not null,
    learning_point text not null,
    age text not null,
    duration text not null
  );
  create table teaching_offer (
    id uuid primary key,
    case_id uuid not null references cases (id),
    teaching_id uuid not null unique,
    offered_by uuid not null,
    offered_at timestamptz not null,
    attestation_version text not null,
    attestation_hash text not null,
    ended_at timestamptz,
    ended_by uuid
  );
  create unique index teaching_offer_once on teaching_offer (case_id) where ended_at is null;`;
