import { Migration } from '@definitivedx/db';

/**
 * Issuers apart from organisations, which register those they trust; applications of organisations that would like to
 * come in; and identities that were linked to a member later. What was registered before goes on: every issuer counts
 * for the organisations of the people who sign in with it.
 */
export class Migration0004 extends Migration {
  override up(): void {
    this.addSql(issuers);
    this.addSql(
      `insert into issuer (issuer, discovery_url, shared, profile)
       select distinct issuer, issuer, true, '${plain}'::jsonb from identity`,
    );
    this.addSql(
      `insert into organisation_issuer (organisation_id, issuer, claim_value)
       select distinct ms.organisation_id, i.issuer, o.ods_code
         from identity i
         join membership ms on ms.member_id = i.member_id
         join organisation o on o.id = ms.organisation_id`,
    );
    this.addSql('alter table identity add column linked_at timestamptz');
    this.addSql(applications);
  }
}

/** How the issuers of before wrote their tokens; a migration never changes, so it is written out. */
const plain = JSON.stringify({
  claims: { subject: 'sub', email: 'email', strength: 'acr' },
  signIn: { scopes: ['openid'], userInfo: false },
  accessTokens: { type: 'at+jwt', needs: [] },
});

const issuers = `
create table issuer (
  -- Exactly as it writes itself in its tokens.
  issuer text primary key,
  discovery_url text not null,
  -- Ours at the issuer; null for the deployment's own, which the gateway's settings describe, and for those we only read.
  client_id text,
  -- Used by organisations that have nothing to do with each other (CIS2, NHSmail).
  shared boolean not null,
  profile jsonb not null,
  -- Null: what the deployment accepts.
  acr_values text[] check (cardinality(acr_values) > 0),
  audience text,
  added_at timestamptz not null default now()
);

create table organisation_issuer (
  organisation_id uuid not null references organisation (id),
  issuer text not null references issuer (issuer),
  -- What the issuer's organisation claim says for this organisation, when it has such a claim.
  claim_value text not null,
  added_at timestamptz not null default now(),
  primary key (organisation_id, issuer)
);
create index organisation_issuer_issuer on organisation_issuer (issuer);

-- Who may bind their first sign-in with an issuer by the mail address that the issuer vouches for.
create table identity_invitation (
  issuer text not null references issuer (issuer),
  email text not null check (email = lower(email)),
  member_id uuid not null references member (id),
  primary key (issuer, email)
);
`;

const applications = `
create table application (
  id uuid primary key,
  reference text not null unique,
  secret_hash text not null,
  ods_code text not null,
  issuer text not null,
  form jsonb not null,
  status text not null default 'pending' check (status in ('pending', 'approved', 'refused')),
  reason text,
  submitted_at timestamptz not null,
  decided_at timestamptz,
  decided_by uuid,
  organisation_id uuid references organisation (id),
  administrator_id uuid references member (id),
  check ((status = 'pending') = (decided_at is null)),
  check ((status = 'refused') = (reason is not null)),
  check ((status = 'approved') = (organisation_id is not null)),
  check ((organisation_id is null) = (administrator_id is null))
);
-- Of two applications for one organisation at once, one waits for the other and is then refused.
create unique index application_pending on application (ods_code) where status = 'pending';
`;
