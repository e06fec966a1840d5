import { Migration } from '@definitivedx/db';

/**
 * Sign-ins by several issuers: which one an attempt is at, what a session's token said of the place it is for, and how
 * the issuer names the session when it ends it. A session remembers for which organisation its person acts.
 */
export class Migration0002 extends Migration {
  override up(): void {
    // Attempts of before, which live for ten minutes, are at the deployment's own issuer.
    this.addSql(`
      alter table login_attempt
        add column issuer text,
        add column ods_code text,
        -- The session whose member proves a second identity with this sign-in.
        add column link_session_id uuid`);
    this.addSql(`
      alter table session
        add column ods_code text,
        add column organisations text[],
        add column role_codes text[],
        -- How the issuer itself names person and session: back-channel logout speaks of these.
        add column issuer_subject text,
        add column issuer_session text`);
    this.addSql('update session set issuer_subject = subject');
    this.addSql('create index session_issuer_subject on session (issuer, issuer_subject)');
    this.addSql(
      'create index session_issuer_session on session (issuer, issuer_session) where issuer_session is not null',
    );
    // A logout token counts once.
    this.addSql(`
      create table logout_token (
        issuer text not null,
        jti text not null,
        expires_at timestamptz not null,
        primary key (issuer, jti)
      )`);
    this.addSql('create index logout_token_expiry on logout_token (expires_at)');
  }
}
