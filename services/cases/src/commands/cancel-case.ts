import { asMember, type Caller } from '@definitivedx/auth';
import { once, type ServiceContext } from '@definitivedx/bus';
import type { InputOf, ReplyOf, cancelCase as contract } from '@definitivedx/contracts';
import { notFound } from '@definitivedx/errors';
import { lockedCase } from '../data/cases.js';
import { endingState } from '../data/endings.js';
import { decided } from '../domain/ending.js';
import { checkTexts } from '../domain/findings.js';
import { confirmAccess } from '../queries/confirm-access.js';
import { endCase } from './end-case.js';

/**
 * Takes a question back that has no advice yet.
 * @throws AppError `not-found` to anyone but its asking side; `conflict` when there is advice or it has ended.
 */
export async function cancelCase(
  service: ServiceContext,
  caller: Caller,
  { commandId, reason, comment, ...input }: InputOf<typeof contract>,
): Promise<ReplyOf<typeof contract>> {
  const by = asMember(caller);
  const { caseId } = await confirmAccess(service, by, input.caseId, 'close');
  checkTexts({ comment });

  return service.db.transaction((tx) =>
    once(tx, commandId, by.memberId, async () => {
      const found = await lockedCase(tx, caseId);
      if (!found) throw notFound();
      const state = await endingState(tx, caseId);
      const status = decided(found.status, 'cancel', 'requester');
      const now = service.clock.now();
      const why = { act: 'case.cancel', reason, comment } as const;
      const { version, endedAt } = await endCase(tx, { caseId, found, state, status, now, by, ...why });
      return { status, version, endedAt: endedAt.toISOString() };
    }),
  );
}
