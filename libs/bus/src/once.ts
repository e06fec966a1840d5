import { conflict } from '@definitivedx/errors';
import { asking, statement, type Asked, type Queryable, type Transaction } from '@definitivedx/db';

const claim = statement<{ id: string }>(
  'command-claim',
  'insert into command (id, caller_id) values ($1, $2) on conflict (id) do nothing returning id',
);
const complete = statement('command-complete', 'update command set reply = $2 where id = $1');
interface Kept {
  readonly callerId: string;
  readonly reply: unknown;
}

const recall = statement<Kept>(
  'command-recall',
  'select caller_id as "callerId", reply from command where id = $1',
);

/**
 * Carries out a command once: the first call runs `work` and keeps its reply in the same transaction,
 * a repeat by the same caller gets that reply. Concurrent repeats wait for the first on the unique key.
 * @param callerId member id or service name; another caller's repeat is refused with `conflict`.
 */
export async function once<T>(
  tx: Transaction,
  commandId: string,
  callerId: string,
  work: () => Promise<T>,
): Promise<T> {
  const [claimed] = await tx.run(claim, [commandId, callerId]);
  if (!claimed) {
    const kept = await replyOf<T>(tx, commandId, callerId);
    // The claim failed on a committed row, so it is there to be read.
    if (!kept) throw new Error('a claimed command has no row');
    return kept.reply;
  }
  const reply = await work();
  tx.later(complete, [commandId, JSON.stringify(reply)]);
  return reply;
}

/** Looks the kept reply of a command up; for `keptReply`. */
export const recalling = (commandId: string): Asked<Kept> => asking(recall, [commandId]);

/**
 * The kept reply of a command that was carried out, so that a repeat need not do its preparations again.
 * @param found what `recalling` gave
 * @throws AppError `conflict` when the command was another caller's.
 */
export function keptReply<T>(found: readonly Kept[], callerId: string): { reply: T } | undefined {
  const [kept] = found;
  if (!kept) return undefined;
  if (kept.callerId !== callerId)
    throw conflict('This command id was already used by someone else. Please use a fresh one.');
  return { reply: kept.reply as T };
}

/** Both at once. */
export async function replyOf<T>(
  db: Queryable,
  commandId: string,
  callerId: string,
): Promise<{ reply: T } | undefined> {
  const [found] = await db.runAll(recalling(commandId));
  return keptReply<T>(found, callerId);
}
