import type { Caller } from '@definitivedx/auth';
import { emit, type ServiceContext } from '@definitivedx/bus';
import {
  teachingTurnedOff,
  type InputOf,
  type ReplyOf,
  type assignDuty as dutyContract,
  type changeSettings as changeContract,
} from '@definitivedx/contracts';
import { invalidInput, notFound } from '@definitivedx/errors';
import { changingSettings, findingPlaces, replaceDuty } from '../data/governance.js';
import { administer } from './administer.js';

/**
 * Turns sharing with all members, governance access, or teaching with closed cases on or off for the organisation acted for.
 * With teaching, what was offered ends.
 */
export const changeSettings = (
  service: ServiceContext,
  caller: Caller,
  to: InputOf<typeof changeContract>,
): Promise<ReplyOf<typeof changeContract>> =>
  administer(service, caller, { act: 'organisation.settings' }, async ({ tx, organisationId, now }) => {
    const [[settings]] = await tx.runAll(changingSettings(organisationId, to));
    if (!settings) throw notFound('organisation');
    const { shareWithEveryone, governanceAccess, teaching } = settings;
    if (to.teaching === false)
      emit(tx, teachingTurnedOff, organisationId, { organisationId, at: now.toISOString() });
    return {
      reply: { shareWithEveryone, governanceAccess, teaching },
      subjectId: organisationId,
      detail: to,
    };
  });

/**
 * Gives a duty to exactly these members of the organisation acted for.
 * @throws AppError `invalid-input` naming whoever does not act for it
 */
export const assignDuty = (
  service: ServiceContext,
  caller: Caller,
  { duty, memberIds: asked }: InputOf<typeof dutyContract>,
): Promise<ReplyOf<typeof dutyContract>> =>
  administer(service, caller, { act: `organisation.duty.${duty}` }, async ({ tx, organisationId, now }) => {
    const memberIds = [...new Set(asked)];
    const [places] = await tx.runAll(findingPlaces(organisationId, memberIds));
    const there = new Set(places.map(({ memberId }) => memberId));
    const issues = asked.flatMap((memberId, place) =>
      there.has(memberId)
        ? []
        : [
            {
              path: `memberIds.${String(place)}`,
              message: 'This person is not a member of the organisation.',
            },
          ],
    );
    if (issues.length > 0) throw invalidInput('The duty cannot be given like this.', issues);
    replaceDuty(tx, organisationId, duty, memberIds, now);
    return { reply: { duty, memberIds }, subjectId: organisationId, detail: { memberIds } };
  });
