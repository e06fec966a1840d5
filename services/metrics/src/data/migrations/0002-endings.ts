import { Migration } from '@definitivedx/db';

/** Cases that are opened again, surveys that come later, and what became of children afterwards. */
export class Migration0002Endings extends Migration {
  override up(): void {
    this.addSql(`
      alter table case_fact
        add column reopened_at timestamptz,
        -- The closing that the survey is about; null for one from before this: it is about the only one.
        add column survey_of timestamptz`);
    // Of each follow-up the asking and the answer may arrive in any order.
    this.addSql(`
      create table follow_up_fact (
        case_id uuid not null,
        day smallint not null,
        asked_at timestamptz,
        answered_at timestamptz,
        advice_followed text,
        referred_anyway boolean,
        unplanned_attendance boolean,
        outcome text,
        primary key (case_id, day),
        check (num_nulls(answered_at, advice_followed, referred_anyway, unplanned_attendance, outcome) in (0, 5))
      )`);
  }
}
