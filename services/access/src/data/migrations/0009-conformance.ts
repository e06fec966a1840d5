import { Migration } from '@definitivedx/db';

/** Runs in which an organisation's own set-up shows that it works. What is waited for is looked up, not kept. */
export class Migration0009 extends Migration {
  override up(): void {
    this.addSql(`
      create table conformance_run (
        id uuid primary key,
        organisation_id uuid not null references organisation (id),
        -- In the name of the user that the organisation is to provision; nobody can guess the next one.
        code text not null unique,
        state text not null default 'running' check (state in ('running', 'passed', 'expired')),
        -- {"sign-in": {"at": …, "evidence": {…}}}: what has passed stays.
        passed jsonb not null default '{}',
        started_at timestamptz not null,
        expires_at timestamptz not null check (expires_at > started_at),
        ended_at timestamptz,
        check ((state = 'running') = (ended_at is null))
      )`);
    this.addSql(
      'create index conformance_run_organisation on conformance_run (organisation_id, started_at desc, id desc)',
    );
    this.addSql(
      `create unique index conformance_run_open on conformance_run (organisation_id) where state = 'running'`,
    );
  }
}
