import type { Caller } from '@definitivedx/auth';
import type { ServiceContext } from '@definitivedx/bus';
import type {
  InputOf,
  ReplyOf,
  issuersOfOrganisation as ofContract,
  listIssuers as listContract,
  stillActing as actingContract,
} from '@definitivedx/contracts';
import { areActing, issuersOf, registeredIssuers } from '../data/issuers.js';

/** Every issuer that an organisation has registered. */
export async function listIssuers(
  service: ServiceContext,
  _caller: Caller,
): Promise<ReplyOf<typeof listContract>> {
  return { issuers: await registeredIssuers(service.db) };
}

/** The issuers of an organisation; none for one that is unknown or closed. */
export async function issuersOfOrganisation(
  service: ServiceContext,
  _caller: Caller,
  { odsCode }: InputOf<typeof ofContract>,
): Promise<ReplyOf<typeof ofContract>> {
  return { issuers: await issuersOf(service.db, odsCode) };
}

/** Which of the places people act from are still theirs. */
export async function stillActing(
  service: ServiceContext,
  _caller: Caller,
  { places }: InputOf<typeof actingContract>,
): Promise<ReplyOf<typeof actingContract>> {
  return { acting: await areActing(service.db, places) };
}
