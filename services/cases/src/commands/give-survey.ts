import { asMember, type Caller } from '@definitivedx/auth';
import { emit, once, type ServiceContext } from '@definitivedx/bus';
import {
  caseActed,
  surveyGiven,
  type InputOf,
  type ReplyOf,
  type giveSurvey as contract,
} from '@definitivedx/contracts';
import { conflict, notFound } from '@definitivedx/errors';
import { lockedCase, recordChange } from '../data/cases.js';
import { insertSurvey } from '../data/closing.js';
import { endingState } from '../data/endings.js';
import { note } from '../data/timeline.js';
import { notBefore } from '../domain/ending.js';
import { checkTexts } from '../domain/findings.js';
import { confirmAccess } from '../queries/confirm-access.js';
import { codesOf } from './end-case.js';

/**
 * Takes the survey of a case that closed without one.
 * @throws AppError `not-found` to anyone but its asking side; `conflict` when it is not closed, or its survey is there.
 */
export async function giveSurvey(
  service: ServiceContext,
  caller: Caller,
  { commandId, survey, ...input }: InputOf<typeof contract>,
): Promise<ReplyOf<typeof contract>> {
  const member = asMember(caller);
  const { memberId, organisationId } = member;
  const { caseId } = await confirmAccess(service, member, input.caseId, 'close');
  checkTexts({ 'survey.comment': survey.comment });

  return service.db.transaction((tx) =>
    once(tx, commandId, memberId, async () => {
      const found = await lockedCase(tx, caseId);
      if (!found) throw notFound();
      const { endedAt: closedAt, surveyed } = await endingState(tx, caseId);
      if (found.status !== 'closed' || closedAt === null) {
        throw conflict('The survey is about a closed case. While a case is open, close it with the survey.');
      }
      if (surveyed) throw conflict('The survey of this case has been answered already. Thank you.');
      const now = notBefore(service.clock.now(), closedAt);
      await insertSurvey(tx, { caseId, memberId, survey, closedAt, givenAt: now });
      const version = await recordChange(tx, caseId, found.status);
      note(tx, caseId, { kind: 'survey-given', actorId: memberId, at: now });

      const at = now.toISOString();
      const closed = closedAt.toISOString();
      emit(tx, surveyGiven, caseId, { caseId, survey: codesOf(survey), closedAt: closed, at });
      const act = { act: 'case.survey', caseId, memberId, organisationId, subjectId: null, at } as const;
      emit(tx, caseActed, caseId, act);
      return { closedAt: closed, givenAt: at, version };
    }),
  );
}
