import { Migration } from '@definitivedx/db';

/** Sign-ins under way, sessions, and idempotency keys. Of secrets handed to a browser only the SHA-256 is stored. */
export class Migration0001 extends Migration {
  override up(): void {
    this.addSql(signIn);
    this.addSql(idempotency);
  }
}

const signIn = `
create table login_attempt (
  state_hash bytea primary key check (length(state_hash) = 32),
  browser_hash bytea not null check (length(browser_hash) = 32),
  pkce_verifier text not null,
  nonce text not null,
  return_to text not null,
  expires_at timestamptz not null
);
create index login_attempt_expiry on login_attempt (expires_at);

create table session (
  secret_hash bytea primary key check (length(secret_hash) = 32),
  -- What logs and caller tokens may name; worthless as a credential.
  session_id uuid not null unique,
  member_id uuid not null,
  issuer text not null,
  subject text not null,
  -- Handed back to the provider at sign-out as a hint, so that it need not ask.
  id_token text not null,
  created_at timestamptz not null,
  last_seen_at timestamptz not null,
  ends_at timestamptz not null
);
create index session_end on session (ends_at);
create index session_idle on session (last_seen_at);
`;

const idempotency = `
create table idempotency_key (
  member_id uuid not null,
  key text not null,
  request_hash bytea not null check (length(request_hash) = 32),
  -- Generated once per key: the services carry a command id out once, however often it is sent.
  command_id uuid not null unique,
  attempt int not null default 1,
  leased_until timestamptz not null,
  created_at timestamptz not null,
  status smallint,
  reply jsonb,
  primary key (member_id, key),
  check ((status is null) = (reply is null))
);
create index idempotency_key_age on idempotency_key (created_at);
`;
