import { asMember, type Caller } from '@definitivedx/auth';
import { once, type ServiceContext } from '@definitivedx/bus';
import type {
  InputOf,
  ReplyOf,
  convertCase as convertContract,
  moveToIdentifiedRoute as routeContract,
} from '@definitivedx/contracts';
import { forbidden } from '@definitivedx/errors';
import { endingState } from '../data/endings.js';
import { decided } from '../domain/ending.js';
import { authorOf } from '../domain/posting.js';
import { confirmAccess } from '../queries/confirm-access.js';
import { endCase } from './end-case.js';
import { heldCase } from './held-case.js';

/**
 * Turns a case into a referral, which is made elsewhere.
 * @throws AppError `conflict` when its requester has not allowed that, or it has ended; `forbidden` to who sees it and is no specialist of it.
 */
export async function convertCase(
  service: ServiceContext,
  caller: Caller,
  { commandId, ...input }: InputOf<typeof convertContract>,
): Promise<ReplyOf<typeof convertContract>> {
  const by = asMember(caller);
  const access = await confirmAccess(service, by, input.caseId, 'post');
  const { caseId, via } = access;
  if (authorOf(via, by.roles) !== 'specialist') {
    throw forbidden('A case is converted to a referral by a specialist it is shared with.');
  }
  return service.db.transaction((tx) =>
    once(tx, commandId, by.memberId, async () => {
      const found = await heldCase(tx, access);
      const state = await endingState(tx, caseId);
      const facts = { 'referral-allowed': state.referralAllowed };
      const status = decided(found.status, 'convert', 'specialist', facts);
      const now = service.clock.now();
      const ended = await endCase(tx, { caseId, found, state, status, now, by, act: 'case.convert' });
      return { status, version: ended.version, endedAt: ended.endedAt.toISOString() };
    }),
  );
}

const endedAs = 'moved-to-identified-route';

/**
 * Ends the anonymous discussion of a child who has to be known by name. Where it goes on, the local contacts say.
 * @throws AppError `forbidden` to a colleague who neither asked nor advises; `conflict` when it has ended.
 */
export async function moveToIdentifiedRoute(
  service: ServiceContext,
  caller: Caller,
  { commandId, ...input }: InputOf<typeof routeContract>,
): Promise<ReplyOf<typeof routeContract>> {
  const by = asMember(caller);
  const access = await confirmAccess(service, by, input.caseId, 'post');
  const { caseId, via } = access;
  const side = authorOf(via, by.roles);
  if (side === 'colleague') {
    throw forbidden('The asking side and the specialists of a case decide that. Please tell them in a note.');
  }
  return service.db.transaction((tx) =>
    once(tx, commandId, by.memberId, async () => {
      const found = await heldCase(tx, access);
      const state = await endingState(tx, caseId);
      const status = decided(found.status, 'to-identified-route', side);
      const now = service.clock.now();
      const how = { act: 'case.identified-route', endedAs } as const;
      const ended = await endCase(tx, { caseId, found, state, status, now, by, ...how });
      return { status, endedAs, version: ended.version, endedAt: ended.endedAt.toISOString() };
    }),
  );
}
