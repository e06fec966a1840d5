import { asMember, type Caller } from '@definitivedx/auth';
import { once, type ServiceContext } from '@definitivedx/bus';
import type { InputOf, ReplyOf, cancelCase as contract } from '@definitivedx/contracts';
import { notFound } from '@definitivedx/errors';
import { adviceAcknowledged } from '../data/acknowledgements.js';
import { lockedCase } from '../data/cases.js';
import { endingState } from '../data/endings.js';
import { whatIsLeft } from '../data/posts.js';
import { decided } from '../domain/ending.js';
import { checkTexts } from '../domain/findings.js';
import { confirmAccess } from '../queries/confirm-access.js';
import { thoseGone } from '../queries/those-gone.js';
import { endCase } from './end-case.js';

/**
 * Takes a question back that has no advice, or none any more.
 * @throws AppError `not-found` to anyone but its asking side; `conflict` when there is advice, its withdrawal is still to be
 * acknowledged, or it has ended.
 */
export async function cancelCase(
  service: ServiceContext,
  caller: Caller,
  { commandId, reason, comment, ...input }: InputOf<typeof contract>,
): Promise<ReplyOf<typeof contract>> {
  const by = asMember(caller);
  const { caseId } = await confirmAccess(service, by, input.caseId, 'close');
  checkTexts({ comment });
  const gone = await thoseGone(service, caseId);

  return service.db.transaction((tx) =>
    once(tx, commandId, by.memberId, async () => {
      const found = await lockedCase(tx, caseId);
      if (!found) throw notFound();
      const state = await endingState(tx, caseId);
      const facts = {
        'no-advice-left': !(await whatIsLeft(tx, caseId)).advice,
        'advice-acknowledged': await adviceAcknowledged(tx, caseId, gone),
      };
      const status = decided(found.status, 'cancel', 'requester', facts);
      const now = service.clock.now();
      const why = { act: 'case.cancel', reason, comment } as const;
      const { version, endedAt } = await endCase(tx, { caseId, found, state, status, now, by, ...why });
      return { status, version, endedAt: endedAt.toISOString() };
    }),
  );
}
