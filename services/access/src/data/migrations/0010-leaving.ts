import { Migration } from '@definitivedx/db';

/** Organisations that leave, and the exports they take along. */
export class Migration0010 extends Migration {
  override up(): void {
    this.addSql(`
      create table leaving (
        organisation_id uuid primary key references organisation (id),
        reason text not null
          check (reason in ('contract-ended', 'merged', 'another-service', 'closing-down', 'other')),
        leaves_on date not null,
        asked_at timestamptz not null,
        asked_by uuid not null references member (id),
        -- SHA-256 of what opens the export once nobody can sign in any more.
        token_hash text not null unique check (token_hash ~ '^[0-9a-f]{64}$'),
        confirmed_at timestamptz,
        closed_at timestamptz check (closed_at is null or confirmed_at is not null),
        -- The content of cases: one person asks, another one approves.
        cases_asked_at timestamptz,
        cases_asked_by uuid references member (id),
        cases_approved_at timestamptz,
        cases_approved_by uuid references member (id),
        check ((cases_asked_at is null) = (cases_asked_by is null)),
        check ((cases_approved_at is null) = (cases_approved_by is null)),
        check (cases_approved_by is null or cases_approved_by <> cases_asked_by)
      )`);
    this.addSql(`
      create table organisation_export (
        id uuid primary key,
        organisation_id uuid not null references organisation (id),
        cases boolean not null,
        -- Who began it; unknown is whoever had the token.
        by_kind text not null check (by_kind in ('member', 'client', 'unknown')),
        by_id uuid check ((by_id is null) = (by_kind = 'unknown')),
        origin text,
        opened_at timestamptz not null,
        ends_at timestamptz not null check (ends_at > opened_at)
      )`);
    // An export goes through the cases of an organisation in the order of their ids.
    this.addSql('create index case_ref_organisation on case_ref (organisation_id, case_id)');
  }
}
