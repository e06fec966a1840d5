import { Migration } from '@definitivedx/db';

/** Case codes, the lead panel, the response clock, closing with a survey, and copies to the record. */
export class Cases0002 extends Migration {
  override up(): void {
    this.addSql(caseCodes);
    this.addSql(existingCodes);
    this.addSql(`alter table cases alter column code set not null`);
    this.addSql(leadPanel);
    this.addSql(`
      create index responsibility_of_member on responsibility (member_id, case_id) where until_at is null`);
    this.addSql(`
      alter table responsibility drop constraint responsibility_reason_check,
        add constraint responsibility_reason_check
          check (reason in ('on-call', 'panel-lead', 'invited-specialist', 'hand-over', 'take-over'))`);
    this.addSql(responseClock);
    this.addSql(closing);
  }
}

/**
 * Codes are drawn here, as the default of their column, so that cases of the previous version get one too, while both
 * run. What makes a code right is written down where codes are read (domain/case-code.ts). Of two that draw the same
 * code in the same instant the unique constraint refuses one, and repeating its command draws anew.
 */
const caseCodes = `
  create function draw_case_code() returns text language plpgsql volatile as $$
  declare
    alphabet constant text := '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
    -- The last seven bytes of a version 4 UUID are random in every bit.
    random constant bytea := uuid_send(gen_random_uuid());
    symbols text := '';
    symbol integer;
    total integer := 0;
  begin
    for place in 9..15 loop
      symbol := get_byte(random, place) & 31;
      symbols := symbols || substr(alphabet, symbol + 1, 1);
      total := ((total << 1) # (case when total >= 16 then 37 else 0 end)) # symbol;
    end loop;
    total := (total << 1) # (case when total >= 16 then 37 else 0 end);
    return format('DX-%s-%s%s', left(symbols, 4), right(symbols, 3), substr(alphabet, total + 1, 1));
  end $$;

  create function new_case_code() returns text language plpgsql volatile as $$
  declare
    drawn text;
  begin
    loop
      drawn := draw_case_code();
      if not exists (select from cases where code = drawn) then
        return drawn;
      end if;
    end loop;
  end $$;

  alter table cases add column code text constraint cases_code unique;
  alter table cases alter column code set default new_case_code();`;

// One by one, since a single statement would not see, and so could repeat, the codes that it has drawn itself.
const existingCodes = `
  do $$
  declare
    found uuid;
  begin
    for found in select id from cases loop
      update cases set code = default where id = found;
    end loop;
  end $$;`;

// The panel that was asked first; null when only people were.
const leadPanel = `
  alter table cases add column lead_panel_id uuid;
  update cases c set lead_panel_id = (
    select a.principal from audience a where a.case_id = c.id and a.kind = 'panel' order by a.grant_id limit 1
  );
  create index cases_of_panel on cases (lead_panel_id) where lead_panel_id is not null;`;

// Cases from before this have no clock: by which terms they were asked is not known.
const responseClock = `
  create table response_clock (
    case_id uuid primary key references cases (id),
    -- Whose terms these are, as they were when the case was asked; null when only people were asked.
    panel_id uuid,
    calendar text not null,
    terms jsonb not null,
    budget_minutes double precision not null check (budget_minutes > 0),
    used_minutes double precision not null default 0 check (used_minutes >= 0),
    started_at timestamptz not null,
    running_since timestamptz,
    stopped_at timestamptz,
    due_at timestamptz not null,
    first_answer_at timestamptz,
    check (running_since is null or stopped_at is null)
  );`;

const closing = `
  create table survey (
    case_id uuid primary key references cases (id),
    member_id uuid not null,
    outcome text not null,
    referral text not null,
    value_to_patient smallint check (value_to_patient between 1 and 5),
    value_to_provider smallint check (value_to_provider between 1 and 5),
    comment text,
    closed_at timestamptz not null
  );
  -- What was taken into the record, so that it can be said again word for word.
  create table record_copy (
    id uuid primary key,
    case_id uuid not null references cases (id),
    member_id uuid not null,
    version integer not null,
    advice_id uuid references post (id),
    panel_name text,
    taken_at timestamptz not null
  );
  create index record_copy_case on record_copy (case_id, taken_at);`;
