import { emit } from '@definitivedx/bus';
import { mostCasesTold, placeEnded, type DataOf } from '@definitivedx/contracts';
import { conflict } from '@definitivedx/errors';
import { lostCases } from '../../data/decision.js';
import { hasAnotherAdministrator } from '../../data/members.js';
import { dropDuties, setPlaceState } from '../../data/places.js';
import { leaveAllPanels, tellOfLeaving, type Change, type Left, type Succession } from '../panels/leaving.js';

/** @throws AppError `conflict` when nobody else who can sign in administers the organisation. */
export async function assertNotLastAdministrator(
  { tx, organisationId }: Change,
  memberId: string,
): Promise<void> {
  if (await hasAnotherAdministrator(tx, organisationId, memberId)) return;
  throw conflict(
    "This is your organisation's last administrator who can sign in. Name another one first; in an emergency the platform's operator can disable the account.",
  );
}

interface Ending {
  readonly succession: Succession;
  readonly reason: DataOf<typeof placeEnded>['reason'];
  /** Takes the member out of the directory as well. */
  readonly remove?: boolean;
}

/** Ends a member's place in the organisation, with what it gave; from the commit on no decision counts it. */
export async function endPlaceOf(change: Change, memberId: string, ending: Ending): Promise<Left> {
  const { tx, organisationId, now } = change;
  const left = await leaveAllPanels(change, memberId, ending.succession);
  dropDuties(tx, organisationId, memberId);
  setPlaceState(tx, { organisationId, memberId }, ending.remove ? 'removed' : 'ended', now);
  await tellOfEnding(change, memberId, ending.reason);
  for (const panelId of left.panelsLeft) await tellOfLeaving(change, panelId, [memberId], 'place-ended');
  return left;
}

/** Announces that what a place gave is gone. After it is. */
export async function tellOfEnding(
  { tx, organisationId, now }: Change,
  memberId: string,
  reason: Ending['reason'],
): Promise<void> {
  const lost = await lostCases(tx, [memberId], { organisationId }, now, mostCasesTold);
  emit(tx, placeEnded, memberId, {
    memberId,
    organisationId,
    reason,
    caseIds: lost.get(memberId) ?? [],
    at: now.toISOString(),
  });
}
