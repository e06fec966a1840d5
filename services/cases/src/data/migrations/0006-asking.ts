import { Migration } from '@definitivedx/db';

/**
 * What a case tells beside question and history, what panels ask, and drafts. Cases from before have none of it, and
 * that is what null says.
 */
export class Cases0006 extends Migration {
  override up(): void {
    this.addSql(`
      alter table cases
        add column examination text,
        add column results jsonb not null default '[]',
        add column medication text,
        add column specialty text,
        add column referral_allowed boolean not null default false,
        add column template jsonb,
        add column consent_sharing text check (consent_sharing in ('patient', 'parent-or-carer')),
        add column consent_photographs text check (consent_photographs in ('given', 'not-given')),
        add column consent_by uuid,
        add column consent_at timestamptz,
        add constraint cases_consent check (num_nulls(consent_sharing, consent_photographs, consent_by, consent_at) in (0, 4))`);
    this.addSql(templates);
    this.addSql(drafts);
  }
}

// A case tells by which version it was answered, which has to stay readable.
const templates = `
  create table template (
    panel_id uuid not null,
    version integer not null check (version >= 1),
    -- Not jsonb, which would lose the order of the questions.
    fields json not null,
    red_flags jsonb not null,
    published_by uuid not null,
    published_at timestamptz not null,
    primary key (panel_id, version)
  );
  create function keep_template() returns trigger language plpgsql as $$
  begin
    raise exception 'a published template is never changed' using errcode = 'integrity_constraint_violation';
  end $$;
  create trigger keep_template before update or delete on template
    for each row execute function keep_template();`;

// What has been typed may still hold identifiers, so that only ciphertext is kept (libs/crypto/FORMAT.md).
const drafts = `
  create table draft (
    id uuid primary key,
    member_id uuid not null,
    version integer not null default 1 check (version >= 1),
    key_id text not null,
    wrapped_key bytea not null,
    sealed bytea not null,
    created_at timestamptz not null,
    changed_at timestamptz not null,
    expires_at timestamptz not null
  );
  create index draft_of_member on draft (member_id, changed_at desc);
  create index draft_expired on draft (expires_at);`;
