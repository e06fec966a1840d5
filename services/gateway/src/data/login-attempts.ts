import { statement, type Queryable } from '@definitivedx/db';

/** A sign-in between its start and the provider's answer; one per tab. */
export interface LoginAttempt {
  readonly stateHash: Buffer;
  /** Of the cookie of the browser that began: the answer is only taken from the same one. */
  readonly browserHash: Buffer;
  readonly pkceVerifier: string;
  readonly nonce: string;
  readonly returnTo: string;
  /** At which issuer; null for one begun before there were several. */
  readonly issuer: string | null;
  /** The organisation to act for; the first that takes the sign-in when null. */
  readonly odsCode: string | null;
  /** The session whose member proves a second identity; null for a sign-in. */
  readonly linkSessionId: string | null;
  readonly expiresAt: Date;
}

const insertAttempt = statement<never>(
  'gateway.insert-login-attempt',
  `insert into login_attempt (state_hash, browser_hash, pkce_verifier, nonce, return_to, expires_at, issuer, ods_code,
     link_session_id)
   values ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
);
// Deleting is taking: of two answers with the same state only one gets the row.
const takeAttempt = statement<LoginAttempt>(
  'gateway.take-login-attempt',
  `delete from login_attempt where state_hash = $1 and browser_hash = $2
   returning state_hash as "stateHash", browser_hash as "browserHash", pkce_verifier as "pkceVerifier",
     nonce, return_to as "returnTo", expires_at as "expiresAt", issuer, ods_code as "odsCode",
     link_session_id as "linkSessionId"`,
);

/** Keeps a sign-in that was begun. */
export async function keepLoginAttempt(db: Queryable, attempt: LoginAttempt): Promise<void> {
  await db.run(insertAttempt, [
    attempt.stateHash,
    attempt.browserHash,
    attempt.pkceVerifier,
    attempt.nonce,
    attempt.returnTo,
    attempt.expiresAt,
    attempt.issuer,
    attempt.odsCode,
    attempt.linkSessionId,
  ]);
}

/** Takes a sign-in out, so that it serves once; undefined when unknown, used, expired or of another browser. */
export async function takeLoginAttempt(
  db: Queryable,
  stateHash: Buffer,
  browserHash: Buffer,
  now: Date,
): Promise<LoginAttempt | undefined> {
  const [attempt] = await db.run(takeAttempt, [stateHash, browserHash]);
  return attempt && attempt.expiresAt > now ? attempt : undefined;
}
