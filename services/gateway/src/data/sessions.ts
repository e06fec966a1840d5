import { statement, type Queryable } from '@definitivedx/db';

export interface Session {
  readonly secretHash: Buffer;
  readonly sessionId: string;
  readonly memberId: string;
  readonly issuer: string;
  readonly subject: string;
  readonly idToken: string;
  readonly createdAt: Date;
  readonly lastSeenAt: Date;
  /** The absolute end, however active the person is. */
  readonly endsAt: Date;
}

const insertSession = statement<never>(
  'gateway.insert-session',
  `insert into session (secret_hash, session_id, member_id, issuer, subject, id_token, created_at, last_seen_at, ends_at)
   values ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
);
const columns = `secret_hash as "secretHash", session_id as "sessionId", member_id as "memberId", issuer, subject,
  id_token as "idToken", created_at as "createdAt", last_seen_at as "lastSeenAt", ends_at as "endsAt"`;
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
