import { Migration } from '@definitivedx/db';

/** Access tokens of programs, and the proofs they were got with, each of which counts once. Of tokens only the SHA-256. */
export class Migration0003 extends Migration {
  override up(): void {
    this.addSql(`
      create table client_token (
        token_hash bytea primary key check (length(token_hash) = 32),
        client_id uuid not null,
        -- Of the key it was got with: when that is gone, so is the token.
        key_thumbprint text not null,
        scopes text[] not null,
        expires_at timestamptz not null
      )`);
    this.addSql('create index client_token_expiry on client_token (expires_at)');
    this.addSql(`
      create table client_assertion (
        client_id uuid not null,
        jti_hash bytea not null check (length(jti_hash) = 32),
        expires_at timestamptz not null,
        primary key (client_id, jti_hash)
      )`);
    this.addSql('create index client_assertion_expiry on client_assertion (expires_at)');
  }
}
