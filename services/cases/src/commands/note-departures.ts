import { emit, type EventContext, type ServiceContext } from '@definitivedx/bus';
import {
  mostCasesLeft,
  requesterLeft,
  type DataOf,
  type panelClosed,
  type panelLedAnew,
  type panelLeft,
  type placeEnded,
  type specialistEnded,
} from '@definitivedx/contracts';
import { askedIn } from '../data/erasure.js';
import { noteDeparture, noteLedAnew, notePanelGone } from '../data/departures.js';

/*
 * What access tells of those who leave. The event's transaction only has each case looked at, by a timer of its own: so one
 * event about a thousand cases is as quick as one about none, and what goes wrong with a case is tried again for it alone.
 */

/** A place ended: what its holder answers for is looked at, and what they asked is the practice's affair. */
export async function placeHasEnded(
  { clock }: ServiceContext,
  { tx }: EventContext,
  { memberId, organisationId }: DataOf<typeof placeEnded>,
): Promise<void> {
  const now = clock.now();
  noteDeparture(tx, memberId, now);
  const caseIds = await askedIn(tx, memberId, organisationId, mostCasesLeft);
  if (caseIds.length === 0) return;
  emit(tx, requesterLeft, organisationId, { organisationId, caseIds, at: now.toISOString() });
}

/** Somebody is not in a panel any more, or no specialist: what they answer for is looked at. */
export function standingWasLost(
  { clock }: ServiceContext,
  { tx }: EventContext,
  { memberId }: DataOf<typeof panelLeft | typeof specialistEnded>,
): void {
  noteDeparture(tx, memberId, clock.now());
}

/** A panel takes no part any more: what it led, or was asked, is looked at. */
export function panelWasClosed(
  { clock }: ServiceContext,
  { tx }: EventContext,
  { panelId }: DataOf<typeof panelClosed>,
): void {
  notePanelGone(tx, panelId, clock.now());
}

/** A panel has another lead: what fell to the former one for being the lead, and still waits, passes on. */
export function panelIsLedAnew(
  { clock }: ServiceContext,
  { tx }: EventContext,
  { panelId, from }: DataOf<typeof panelLedAnew>,
): void {
  if (from !== null) noteLedAnew(tx, panelId, from, clock.now());
}
