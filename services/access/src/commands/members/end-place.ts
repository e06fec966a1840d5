import type { Caller } from '@definitivedx/auth';
import type { ServiceContext } from '@definitivedx/bus';
import type {
  InputOf,
  ReplyOf,
  endPlace as contract,
  reopenPlace as reopening,
} from '@definitivedx/contracts';
import { notFound } from '@definitivedx/errors';
import { setPlaceState } from '../../data/places.js';
import { recordOf } from '../../queries/members.js';
import { administer } from '../administer.js';
import { assertNotLastAdministrator, endPlaceOf } from './ending.js';
import { lockMember } from './keeping.js';

/**
 * Ends a member's place in the caller's organisation: no check that begins after the reply counts it. Repeating it changes nothing.
 * @throws AppError `not-found`; `conflict` for the last administrator, and for a lead without a successor unless it is an emergency.
 */
export function endPlace(
  service: ServiceContext,
  caller: Caller,
  { memberId, emergency, replaceLeadBy }: InputOf<typeof contract>,
): Promise<ReplyOf<typeof contract>> {
  const act = emergency ? 'member.disable' : 'member.end';
  return administer(service, caller, { act, subjectId: memberId }, async (administration) => {
    const { tx, organisationId } = administration;
    const found = await lockMember(administration, undefined, memberId);
    if (!found) throw notFound('member');
    const { place } = found;
    let left: Awaited<ReturnType<typeof endPlaceOf>> = { panelsLeft: [], newLeads: [], panelsClosed: [] };
    if (place.status === 'active') {
      if (place.roles.includes('organisation-admin'))
        await assertNotLastAdministrator(administration, memberId);
      left = await endPlaceOf(administration, memberId, {
        succession: emergency ? 'whoever-there-is' : { by: replaceLeadBy },
        reason: emergency ? 'emergency' : 'removed',
      });
    }
    const member = await recordOf(tx, organisationId, memberId);
    return {
      reply: {
        member,
        panelsLeft: [...left.panelsLeft],
        newLeads: [...left.newLeads],
        panelsClosed: [...left.panelsClosed],
      },
      detail: { panelsLeft: left.panelsLeft.length, panelsClosed: left.panelsClosed },
    };
  });
}

/** Gives a member back the place that had ended; the panels they were in are not part of it. */
export function reopenPlace(
  service: ServiceContext,
  caller: Caller,
  { memberId }: InputOf<typeof reopening>,
): Promise<ReplyOf<typeof reopening>> {
  return administer(
    service,
    caller,
    { act: 'member.reopen', subjectId: memberId },
    async (administration) => {
      const { tx, organisationId, now } = administration;
      if (!(await lockMember(administration, undefined, memberId))) throw notFound('member');
      setPlaceState(tx, { organisationId, memberId }, 'active', now);
      return { reply: await recordOf(tx, organisationId, memberId) };
    },
  );
}
