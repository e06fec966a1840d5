import { asMember, type Caller } from '@definitivedx/auth';
import { once, type ServiceContext } from '@definitivedx/bus';
import type { InputOf, ReplyOf, closeCase as contract } from '@definitivedx/contracts';
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
 * Ends a case that has advice with its survey, also while something more is asked; nobody is responsible for it from then on. What the requester adds in their
 * own words stays here and goes into no event.
 * @throws AppError `not-found` to anyone but its requester and their practice's cover; `conflict` when there is no advice yet or it has ended.
 */
export async function closeCase(
  service: ServiceContext,
  caller: Caller,
  { commandId, survey, ...input }: InputOf<typeof contract>,
): Promise<ReplyOf<typeof contract>> {
  const by = asMember(caller);
  const { caseId } = await confirmAccess(service, by, input.caseId, 'close');
  checkTexts({ 'survey.comment': survey.comment });
  const gone = await thoseGone(service, caseId);

  return service.db.transaction((tx) =>
    once(tx, commandId, by.memberId, async () => {
      const found = await lockedCase(tx, caseId);
      if (!found) throw notFound();
      const state = await endingState(tx, caseId);
      const facts = {
        survey: true,
        'advice-there': (await whatIsLeft(tx, caseId)).advice,
        'advice-acknowledged': await adviceAcknowledged(tx, caseId, gone),
      };
      const status = decided(found.status, 'close', 'requester', facts);
      const now = service.clock.now();
      const ended = await endCase(tx, { caseId, found, state, status, now, by, act: 'case.close', survey });
      return { status, version: ended.version, closedAt: ended.endedAt.toISOString() };
    }),
  );
}
