import { v7 as uuidv7 } from 'uuid';
import { AppError, statusOf, toAppError, type ErrorCode } from '@definitivedx/errors';
import type { ServiceContext } from '@definitivedx/bus';
import { findKey, lease, release, settle, type KeptReply, type KeyRow } from '../data/idempotency.js';

/** How long one attempt may hold a key, in milliseconds; well above the longest wait for a service. */
const leaseMs = 30_000;

/** Refusals the services decided on. Failures of ours and of the moment are not kept: a retry may fare better. */
const kept: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  'invalid-input',
  'forbidden',
  'not-found',
  'conflict',
  'version-mismatch',
]);

export interface Outcome {
  readonly status: number;
  readonly reply: KeptReply;
}

interface OnceOptions {
  readonly key: string;
  readonly requestHash: Buffer;
  /** False where a refusal may be about something the hash does not cover, so that a repeat may fare better. */
  readonly keepRefusals?: boolean;
}

/**
 * Carries a request out once per key. A repeat gets the first reply; a repeat after a crash runs again with
 * the same command id, which the services carry out once (security.md 17).
 * @param memberId of the member or program that makes it
 * @param work is given the command id.
 * @throws AppError `idempotency-key-reused` when the key came with another request before, `command-in-flight` while
 * the first one is under way, and whatever `work` throws.
 */
export async function oncePerKey(
  { db, clock }: ServiceContext,
  memberId: string,
  { key, requestHash, keepRefusals = true }: OnceOptions,
  work: (commandId: string) => Promise<Outcome>,
): Promise<Outcome & { replayed: boolean }> {
  const now = clock.now();
  const leasedUntil = new Date(now.getTime() + leaseMs);
  const held = await lease(db, { memberId, key, requestHash, commandId: uuidv7(), now, leasedUntil });
  if (!held) return earlier(await findKey(db, memberId, key), requestHash, now);

  const holder = { memberId, key, attempt: held.attempt };
  try {
    const outcome = await work(held.commandId);
    await settle(db, holder, outcome.status, outcome.reply);
    return { ...outcome, replayed: false };
  } catch (thrown) {
    const error = toAppError(thrown);
    if (keepRefusals && kept.has(error.code))
      await settle(db, holder, statusOf[error.code], { error: error.toWire() });
    // When even this fails the lease runs out by itself.
    else await release(db, holder, clock.now()).catch(() => undefined);
    throw error;
  }
}

/** What to say when someone else holds the key or its request was answered already. */
function earlier(row: KeyRow | undefined, requestHash: Buffer, now: Date): Outcome & { replayed: true } {
  if (row && !row.requestHash.equals(requestHash)) {
    throw new AppError(
      'idempotency-key-reused',
      'This Idempotency-Key was used for a different request. Please use a new key for a new request.',
    );
  }
  if (row?.status && row.reply) return { status: row.status, reply: row.reply, replayed: true };
  const waitMs = row ? row.leasedUntil.getTime() - now.getTime() : 0;
  throw new AppError(
    'command-in-flight',
    'The same request is still being carried out. Please ask again shortly.',
    {
      retryAfterSeconds: Math.max(1, Math.ceil(waitMs / 1000)),
    },
  );
}
