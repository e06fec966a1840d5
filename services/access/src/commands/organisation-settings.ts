import { asMember, type Caller } from '@definitivedx/auth';
import type { ServiceContext } from '@definitivedx/bus';
import type {
  InputOf,
  ReplyOf,
  assignDuty as dutyContract,
  changeSettings as changeContract,
} from '@definitivedx/contracts';
import { invalidInput, notFound } from '@definitivedx/errors';
import { currentTraceId } from '@definitivedx/telemetry';
import { actorOf, appendAuditWith } from '../data/audit.js';
import { checkActing, lookingUpActing } from '../data/directory.js';
import { changingSettings, findingPlaces, replaceDuty } from '../data/governance.js';

/** Turns sharing with all members, or governance access, on or off for the organisation acted for. */
export async function changeSettings(
  service: ServiceContext,
  caller: Caller,
  to: InputOf<typeof changeContract>,
): Promise<ReplyOf<typeof changeContract>> {
  const admin = asMember(caller);
  return service.db.transaction(async (tx) => {
    const [acting, [settings]] = await tx.runAll(
      lookingUpActing(admin),
      changingSettings(admin.organisationId, to),
    );
    checkActing(acting);
    if (!settings) throw notFound('organisation');
    appendAuditWith(tx, {
      at: service.clock.now(),
      actor: actorOf(admin),
      act: 'organisation.settings',
      outcome: 'allowed',
      subjectId: admin.organisationId,
      detail: to,
      traceId: currentTraceId(),
    });
    const { shareWithEveryone, governanceAccess } = settings;
    return { shareWithEveryone, governanceAccess };
  });
}

/**
 * Gives a duty to exactly these members of the organisation acted for.
 * @throws AppError `invalid-input` naming whoever does not act for it
 */
export async function assignDuty(
  service: ServiceContext,
  caller: Caller,
  { duty, memberIds: asked }: InputOf<typeof dutyContract>,
): Promise<ReplyOf<typeof dutyContract>> {
  const admin = asMember(caller);
  const { organisationId } = admin;
  const memberIds = [...new Set(asked)];
  const now = service.clock.now();
  return service.db.transaction(async (tx) => {
    const [acting, places] = await tx.runAll(
      lookingUpActing(admin),
      findingPlaces(organisationId, memberIds),
    );
    checkActing(acting);
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
    appendAuditWith(tx, {
      at: now,
      actor: actorOf(admin),
      act: `organisation.duty.${duty}`,
      outcome: 'allowed',
      subjectId: organisationId,
      detail: { memberIds },
      traceId: currentTraceId(),
    });
    return { duty, memberIds };
  });
}
