import { asMember, type Caller } from '@definitivedx/auth';
import type { ServiceContext } from '@definitivedx/bus';
import {
  callerPrincipals,
  checkAccess,
  everyonePrincipal,
  type InputOf,
  type ReplyOf,
  type listCases as contract,
} from '@definitivedx/contracts';
import { listFiled } from '../data/reads.js';
import { fromCursor, toCursor } from '../domain/cursor.js';
import { bytesOf, fitting } from '../domain/room.js';

/**
 * Cases asked by the caller or shared with them, latest activity first. The projection finds them, access decides:
 * what it refuses is left out, so that a page may be short; the cursor is the last row scanned, not the last shown.
 */
export async function listCases(
  service: ServiceContext,
  caller: Caller,
  { cursor, limit }: InputOf<typeof contract>,
): Promise<ReplyOf<typeof contract>> {
  const member = asMember(caller);
  const after = cursor === undefined ? undefined : fromCursor(cursor);
  const { principals } = await service.bus.request(callerPrincipals, member, {});
  const mine = [...new Set([...principals, member.memberId, everyonePrincipal])];
  const rows = await listFiled(service.db, mine, after, limit, service.clock.now());
  const scanned = fitting(rows, ({ question }) => bytesOf(question));
  const last = scanned.at(-1);
  if (last === undefined) return { cases: [], nextCursor: null };

  const caseIds = scanned.map(({ caseId }) => caseId);
  const { allowed } = await service.bus.request(checkAccess, member, { caseIds, purpose: 'list' });
  const shown = new Set(allowed.map(({ caseId }) => caseId));
  return {
    cases: scanned
      .filter(({ caseId }) => shown.has(caseId))
      .map((row) => ({
        ...row,
        createdAt: row.createdAt.toISOString(),
        lastActivityAt: row.lastActivityAt.toISOString(),
      })),
    nextCursor: rows.length === limit || scanned.length < rows.length ? toCursor(last) : null,
  };
}
