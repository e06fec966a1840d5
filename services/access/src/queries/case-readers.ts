import type { Caller } from '@definitivedx/auth';
import type { ServiceContext } from '@definitivedx/bus';
import type { InputOf, ReplyOf, caseReaders as contract } from '@definitivedx/contracts';
import { notFound } from '@definitivedx/errors';
import { readersOf } from '../data/audience.js';
import { whoMaySee } from '../data/decision.js';
import { checkAccess } from './check-access.js';

const mostShown = 1_000;

/**
 * Who has seen a case, from the audit, for those who control it; who read it latest comes first.
 * @throws AppError `not-found` for everybody else, whether the case exists or not
 */
export async function caseReaders(
  service: ServiceContext,
  caller: Caller,
  { caseId }: InputOf<typeof contract>,
): Promise<ReplyOf<typeof contract>> {
  const { allowed } = await checkAccess(service, caller, { caseIds: [caseId], purpose: 'audience' });
  if (allowed.length === 0) throw notFound('case');
  const found = await readersOf(service.db, caseId, mostShown + 1);
  const readers = found.slice(0, mostShown);
  const [visible] = await service.db.runAll(
    whoMaySee(
      [caseId],
      readers.map(({ memberId }) => memberId),
      service.clock.now(),
    ),
  );
  const still = new Set(visible.map(({ memberId }) => memberId));
  return {
    readers: readers.map(({ firstAt, lastAt, ...reader }) => ({
      ...reader,
      firstAt: firstAt.toISOString(),
      lastAt: lastAt.toISOString(),
      maySeeNow: still.has(reader.memberId),
    })),
    more: found.length > mostShown,
  };
}
