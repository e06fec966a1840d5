import type { MemberCaller } from '@definitivedx/auth';
import type { ServiceContext } from '@definitivedx/bus';
import { checkAccess, type Purpose, type ReplyOf } from '@definitivedx/contracts';
import { notFound } from '@definitivedx/errors';

type Access = ReplyOf<typeof checkAccess>['allowed'][number];

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
