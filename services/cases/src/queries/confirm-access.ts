import type { MemberCaller } from '@definitivedx/auth';
import type { ServiceContext } from '@definitivedx/bus';
import { checkAccess, type InputOf, type ReplyOf, type requesterPurposes } from '@definitivedx/contracts';
import { notFound } from '@definitivedx/errors';

type Access = ReplyOf<typeof checkAccess>['allowed'][number];
type Purpose = InputOf<typeof checkAccess>['purpose'];

/**
 * Has access decide, and audit, whether the caller may see a case now, and says why they may.
 * @returns also the case id as the databases write it: people may send a UUID in capitals.
 * @throws AppError `not-found`, the same whether the case is unknown or not theirs to see.
 */
export async function confirmAccess(
  { bus }: ServiceContext,
  caller: MemberCaller,
  caseId: string,
  purpose: Purpose,
): Promise<Access> {
  const { allowed } = await bus.request(checkAccess, caller, { caseIds: [caseId], purpose });
  const [access] = allowed;
  if (!access) throw notFound();
  return access;
}

/** Lets only the requester of a case through; to anyone else the case looks unknown. */
export async function confirmRequester(
  service: ServiceContext,
  caller: MemberCaller,
  caseId: string,
  purpose: (typeof requesterPurposes)[number],
): Promise<Access> {
  const access = await confirmAccess(service, caller, caseId, purpose);
  if (access.via !== 'requester') throw notFound();
  return access;
}
