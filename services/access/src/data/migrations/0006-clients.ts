import { Migration } from '@definitivedx/db';

/** Programs that act for an organisation: their public keys, and the secrets of those that cannot sign. */
export class Migration0006 extends Migration {
  override up(): void {
    this.addSql(`
      create table client (
        id uuid primary key,
        organisation_id uuid not null references organisation,
        name text not null,
        scopes text[] not null check (cardinality(scopes) > 0),
        -- The keys that count: as given, or as last read from jwks_uri. [{"jwk": …, "thumbprint": …}]
        keys jsonb not null,
        jwks_uri text,
        keys_fetched_at timestamptz,
        fetch_due_at timestamptz check ((jwks_uri is null) = (fetch_due_at is null)),
        fetch_failures int not null default 0,
        fetch_problem text,
        created_at timestamptz not null,
        created_by uuid not null references member,
        revoked_at timestamptz
      )`);
    this.addSql('create index client_organisation on client (organisation_id, id) where revoked_at is null');
    this.addSql(
      'create index client_fetch on client (fetch_due_at) where fetch_due_at is not null and revoked_at is null',
    );
    this.addSql(`
      create table scim_token (
        id uuid primary key,
        client_id uuid not null references client,
        -- Of the secret, which is random, only the SHA-256.
        hash bytea not null unique check (length(hash) = 32),
        created_at timestamptz not null,
        expires_at timestamptz not null check (expires_at > created_at),
        revoked_at timestamptz
      )`);
    this.addSql('create index scim_token_client on scim_token (client_id) where revoked_at is null');
  }
}
