import { Migration } from '@definitivedx/db';

/** What a case tells beside question and history. Cases from before have none of it, and that is what null says. */
export class Cases0006 extends Migration {
  override up(): void {
    this.addSql(`
      alter table cases
        add column examination text,
        add column results jsonb not null default '[]',
        add column medication text,
        add column specialty text,
        add column referral_allowed boolean not null default false,
        add column consent_sharing text check (consent_sharing in ('patient', 'parent-or-carer')),
        add column consent_photographs text check (consent_photographs in ('given', 'not-given')),
        add column consent_by uuid,
        add column consent_at timestamptz,
        add constraint cases_consent check (num_nulls(consent_sharing, consent_photographs, consent_by, consent_at) in (0, 4))`);
  }
}
