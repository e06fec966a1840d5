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
import { invalidInput } from '@definitivedx/errors';
import { findFiled, listFiled } from '../data/reads.js';
import { readCaseCode } from '../domain/case-code.js';
import { fromCursor, toCursor } from '../domain/cursor.js';
import { bytesOf, fitting } from '../domain/room.js';

/**
 * Cases asked by the caller or shared with them, latest activity first. The projection finds them, access decides:
 * what it refuses is left out, so that a page may be short; the cursor is the last row scanned, not the last shown.
 * @throws AppError `invalid-input` for a case code or a cursor that cannot be right.
 */
export async function listCases(
  service: ServiceContext,
  caller: Caller,
  { code: typed, cursor, limit }: InputOf<typeof contract>,
): Promise<ReplyOf<typeof contract>> {
  const member = asMember(caller);
  const after = cursor === undefined ? undefined : fromCursor(cursor);
  const code = typed === undefined ? undefined : codeFrom(typed);
  const { principals } = await service.bus.request(callerPrincipals, member, {});
  const mine = [...new Set([...principals, member.memberId, everyonePrincipal])];
  const now = service.clock.now();
  const rows =
    code === undefined
      ? await listFiled(service.db, mine, after, limit, now)
      : await findFiled(service.db, mine, code, now);
  const scanned = fitting(rows, ({ question }) => bytesOf(question));
  const last = scanned.at(-1);
  if (last === undefined) return { cases: [], nextCursor: null };

  const isMore = code === undefined && (rows.length === limit || scanned.length < rows.length);
  const caseIds = scanned.map(({ caseId }) => caseId);
  const { allowed } = await service.bus.request(checkAccess, member, { caseIds, purpose: 'list' });
  const shown = new Set(allowed.map(({ caseId }) => caseId));
  return {
    cases: scanned
      .filter(({ caseId }) => shown.has(caseId))
      .map((row) => ({
        ...row,
        answerBy: row.answerBy?.toISOString() ?? null,
        createdAt: row.createdAt.toISOString(),
        lastActivityAt: row.lastActivityAt.toISOString(),
      })),
    nextCursor: isMore ? toCursor(last) : null,
  };
}

function codeFrom(typed: string): string {
  const code = readCaseCode(typed);
  if (code !== undefined) return code;
  throw invalidInput('That is not a case code.', [
    {
      path: 'code',
      message: 'Compare it with what was written down: a symbol is wrong, missing or out of place.',
    },
  ]);
}
