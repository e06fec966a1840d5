import type { AudienceEntry } from '@definitivedx/contracts';
import { keptReply, recalling } from '@definitivedx/bus';
import { asking, statement, type Asked, type Queryable, type Transaction } from '@definitivedx/db';
import { conflict, type AppError } from '@definitivedx/errors';
import { v7 } from 'uuid';
import type { Grant } from './audience.js';
import { one } from './cases.js';

interface Reserved<Reply> {
  readonly caseId: string;
  /** The audience, each entry with the id of its grant; the ids are in time order. */
  readonly grants: readonly Grant[];
  /** The reply of a command that was carried out already: a repeat has no use for ids. */
  readonly done: { readonly reply: Reply } | undefined;
}

interface ReservedRow {
  readonly callerId: string;
  readonly caseId: string;
  readonly grantIds: readonly string[];
}

// The update changes nothing; it makes the row that was already there come back.
const reserve = statement<ReservedRow>(
  'reserve-ids',
  `insert into reserved_ids (command_id, caller_id, case_id, grant_ids, reserved_at)
   values ($1, $2, $3, $4, $5)
   on conflict (command_id) do update set command_id = excluded.command_id
   returning caller_id as "callerId", case_id as "caseId", grant_ids as "grantIds"`,
);

const release = statement<never>('release-ids', 'delete from reserved_ids where command_id = $1');

/**
 * The ids a command will use, the same ones at every attempt: `access` is told of a case before its row exists, so a
 * crash in between must find its way back to the same grants. They are committed before the first hop rather than
 * derived from the command id, because ids are time-ordered and a client must not be able to choose or foresee them.
 * @param caseId an existing case to share further; a new id when absent
 * @param beside something else to look up in the same round trip
 * @throws AppError `conflict` when the command id was used for something else
 */
export async function reserveIds<Reply, Row = never>(
  db: Queryable,
  command: {
    commandId: string;
    callerId: string;
    audience: readonly AudienceEntry[];
    caseId?: string;
    now: Date;
  },
  ...beside: [] | [Asked<Row>]
): Promise<Reserved<Reply> & { readonly beside: readonly Row[] }> {
  const { commandId, callerId, audience, caseId, now } = command;
  const proposed = [commandId, callerId, caseId ?? v7(), audience.map(() => v7()), now];
  // The ledger is read after the reservation, which is released with the commit that leaves the reply there: so one of
  // the two is always found.
  const [reserved, kept, found] = await db.runAll(asking(reserve, proposed), recalling(commandId), ...beside);
  const done = keptReply<Reply>(kept, callerId);
  if (done) await db.run(release, [commandId]);
  const row = one(reserved);
  const otherCase = caseId !== undefined && row.caseId !== caseId;
  if (row.callerId !== callerId || otherCase || row.grantIds.length > audience.length) throw usedOtherwise();
  const grants = audience.map((entry, index) => {
    const grantId = row.grantIds[index];
    if (grantId === undefined) throw usedOtherwise();
    return { grantId, entry };
  });
  return { caseId: row.caseId, grants, done, beside: found ?? [] };
}

const usedOtherwise = (): AppError =>
  conflict('This command id was already used for something else. Please send a new one.');

/** Forgets a reservation in the transaction that leaves the reply in the ledger, which answers from then on. */
export function releaseIds(tx: Transaction, commandId: string): void {
  tx.later(release, [commandId]);
}
