import { statement, type Queryable, type Transaction } from '@definitivedx/db';

export interface Session {
  readonly secretHash: Buffer;
  readonly sessionId: string;
  readonly memberId: string;
  readonly issuer: string;
  readonly subject: string;
  /** How the issuer itself names the person and its session, in a logout token. */
  readonly issuerSubject: string | null;
  readonly issuerSession: string | null;
  /** What the token said of the place and role it is for; null when its issuer says nothing of either. */
  readonly organisations: string[] | null;
  readonly roleCodes: string[] | null;
  /** The organisation acted for; null for the first that takes the sign-in. */
  readonly odsCode: string | null;
  readonly idToken: string;
  readonly createdAt: Date;
  readonly lastSeenAt: Date;
  /** The absolute end, however active the person is. */
  readonly endsAt: Date;
}

const insertSession = statement<never>(
  'gateway.insert-session',
  `insert into session (secret_hash, session_id, member_id, issuer, subject, id_token, created_at, last_seen_at,
     ends_at, issuer_subject, issuer_session, organisations, role_codes, ods_code)
   values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)`,
);
const columns = `secret_hash as "secretHash", session_id as "sessionId", member_id as "memberId", issuer, subject,
  issuer_subject as "issuerSubject", issuer_session as "issuerSession", organisations, role_codes as "roleCodes",
  ods_code as "odsCode", id_token as "idToken", created_at as "createdAt", last_seen_at as "lastSeenAt",
  ends_at as "endsAt"`;
const selectSession = statement<Session>(
  'gateway.select-session',
  `select ${columns} from session where secret_hash = $1`,
);
const deleteSession = statement<Session>(
  'gateway.delete-session',
  `delete from session where secret_hash = $1 returning ${columns}`,
);
const touchSession = statement<never>(
  'gateway.touch-session',
  'update session set last_seen_at = greatest(last_seen_at, $2) where secret_hash = $1',
);

export async function insertNewSession(db: Queryable, session: Session): Promise<void> {
  await db.run(insertSession, [
    session.secretHash,
    session.sessionId,
    session.memberId,
    session.issuer,
    session.subject,
    session.idToken,
    session.createdAt,
    session.lastSeenAt,
    session.endsAt,
    session.issuerSubject,
    session.issuerSession,
    session.organisations,
    session.roleCodes,
    session.odsCode,
  ]);
}

/** The session of a secret, ended by time or not; the rules are in domain/session.ts. */
export async function findSession(db: Queryable, secretHash: Buffer): Promise<Session | undefined> {
  const [session] = await db.run(selectSession, [secretHash]);
  return session;
}

/** Records activity, which the idle limit counts from. */
export async function touch(db: Queryable, secretHash: Buffer, now: Date): Promise<void> {
  await db.run(touchSession, [secretHash, now]);
}

/** Ends a session for every replica at once: each request looks its row up. */
export async function endSession(db: Queryable, secretHash: Buffer): Promise<Session | undefined> {
  const [session] = await db.run(deleteSession, [secretHash]);
  return session;
}

const switchSession = statement<{ one: number }>(
  'gateway.switch-session',
  'update session set ods_code = $2 where session_id = $1 returning 1 as one',
);

/** From the next request on the session acts for another organisation. @returns false when it has ended. */
export async function actFor(db: Queryable, sessionId: string, odsCode: string): Promise<boolean> {
  return (await db.run(switchSession, [sessionId, odsCode])).length > 0;
}

const liveSessions = statement<{ sessionId: string }>(
  'gateway.live-sessions',
  `select session_id as "sessionId" from session
    where session_id = any ($1::uuid[]) and ends_at > $2 and last_seen_at > $3`,
);

/** Which of these sessions have not ended. */
export async function sessionsAlive(
  db: Queryable,
  sessionIds: readonly string[],
  now: Date,
  idleSince: Date,
): Promise<ReadonlySet<string>> {
  const rows = await db.run(liveSessions, [sessionIds, now, idleSince]);
  return new Set(rows.map(({ sessionId }) => sessionId));
}

const claimLogout = statement<{ one: number }>(
  'gateway.claim-logout-token',
  `insert into logout_token (issuer, jti, expires_at) values ($1, $2, $3)
       on conflict do nothing
   returning 1 as one`,
);

/** Takes a logout token as used. @returns false when it was used before. */
export async function claimLogoutToken(
  tx: Transaction,
  issuer: string,
  jti: string,
  expiresAt: Date,
): Promise<boolean> {
  return (await tx.run(claimLogout, [issuer, jti, expiresAt])).length > 0;
}

const endIssuerSessions = statement<{ sessionId: string; memberId: string }>(
  'gateway.end-issuer-sessions',
  `delete from session
    where issuer = $1
      and ($2::text is null or issuer_subject = $2)
      and ($3::text is null or issuer_session = $3)
      and ($2::text is not null or $3::text is not null)
   returning session_id as "sessionId", member_id as "memberId"`,
);

/** Ends what an issuer means by a person, by one of its sessions, or by both. */
export const endSessionsOfIssuer = (
  tx: Transaction,
  issuer: string,
  subject: string | undefined,
  session: string | undefined,
): Promise<{ sessionId: string; memberId: string }[]> =>
  tx.run(endIssuerSessions, [issuer, subject ?? null, session ?? null]);
