import { asMember, type Caller } from '@definitivedx/auth';
import { emit, once, type ServiceContext } from '@definitivedx/bus';
import {
  caseActed,
  caseEnded,
  type InputOf,
  type ReplyOf,
  type closeCase as contract,
} from '@definitivedx/contracts';
import { conflict, notFound } from '@definitivedx/errors';
import { adviceAcknowledged } from '../data/acknowledgements.js';
import { endResponsibility, lockedCase, recordActivity } from '../data/cases.js';
import { insertSurvey } from '../data/closing.js';
import { note } from '../data/timeline.js';
import { statusAfterClosing } from '../domain/closing.js';
import { checkTexts } from '../domain/findings.js';
import { confirmAccess } from '../queries/confirm-access.js';
import { thoseGone } from '../queries/those-gone.js';
import { keepClock } from './keep-clock.js';

/**
 * Ends an answered case with its survey; nobody is responsible for it from then on. What the requester adds in their
 * own words stays here and goes into no event.
 * @throws AppError `not-found` to anyone but its requester and their practice's cover; `conflict` when there is no advice yet or it has ended.
 */
export async function closeCase(
  service: ServiceContext,
  caller: Caller,
  { commandId, survey, ...input }: InputOf<typeof contract>,
): Promise<ReplyOf<typeof contract>> {
  const member = asMember(caller);
  const { memberId, organisationId } = member;
  const { caseId } = await confirmAccess(service, member, input.caseId, 'close');
  checkTexts({ 'survey.comment': survey.comment });
  const gone = await thoseGone(service, caseId);

  return service.db.transaction((tx) =>
    once(tx, commandId, memberId, async () => {
      const found = await lockedCase(tx, caseId);
      if (!found) throw notFound();
      const status = statusAfterClosing(found.status);
      if (!(await adviceAcknowledged(tx, caseId, gone))) {
        throw conflict(
          'Advice in this case was superseded or withdrawn after it had been read or copied. Whoever read it has to acknowledge that first.',
        );
      }
      const now = service.clock.now();
      await insertSurvey(tx, { caseId, memberId, survey, at: now });
      await endResponsibility(tx, caseId, now);
      await keepClock(tx, caseId, { before: found.status, after: status, at: now });
      const { version } = await recordActivity(tx, caseId, status, now);

      note(tx, caseId, { kind: 'closed', actorId: memberId, detail: { by: 'requester' }, at: now });

      const at = now.toISOString();
      const { comment: _comment, ...codes } = survey;
      emit(tx, caseEnded, caseId, { caseId, status, survey: codes, at });
      const act = { act: 'case.close', caseId, memberId, organisationId, subjectId: null, at } as const;
      emit(tx, caseActed, caseId, act);
      return { status, version, closedAt: at };
    }),
  );
}
