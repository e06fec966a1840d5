import { asMember, type Caller } from '@definitivedx/auth';
import type { ServiceContext } from '@definitivedx/bus';
import type { InputOf, ReplyOf, shareCase } from '@definitivedx/contracts';
import type { Transaction } from '@definitivedx/db';
import { conflict, forbidden, invalidInput, notFound, type Issue } from '@definitivedx/errors';
import { activePrincipals, assertActing } from '../data/directory.js';
import {
  claimCase,
  granteeOf,
  grantsById,
  insertGrants,
  lockCase,
  openAnswerers,
  type CaseRef,
} from '../data/grants.js';
import {
  endedEntries,
  grantsAsked,
  isRepeat,
  unknownEntries,
  wrongEntries,
  type Granted,
} from '../domain/audience.js';
import { auditRefusal } from './audit-refusal.js';

/**
 * Opens a case to people, panels or everyone. The first share of a case id makes the caller its requester.
 * Repeating it changes nothing and returns the same; the same grant id for something else is a `conflict`.
 * @returns the open grants among those asked for, each with the person who could answer by it.
 * @throws AppError `not-found` for another's case, `invalid-input` naming the entry, `forbidden`, `conflict`.
 */
export async function share(
  service: ServiceContext,
  caller: Caller,
  input: InputOf<typeof shareCase>,
): Promise<ReplyOf<typeof shareCase>> {
  const member = asMember(caller);
  const asked = grantsAsked(input.entries);
  refuse(wrongEntries(asked, member.memberId));
  const now = service.clock.now();

  const answerers = await service.db.transaction(async (tx) => {
    await assertActing(tx, member);
    await claimCase(tx, input.caseId, member.memberId, member.organisationId);
    const found = await lockCase(tx, input.caseId);
    if (found?.requesterId !== member.memberId) return undefined;

    const kept = new Set((await grantsById(tx, idsOf(asked))).map((grant) => grant.grantId));
    const added = asked.filter((grant) => !kept.has(grant.grantId));
    await assertMayAdd(tx, found, added, now);
    await insertGrants(tx, input.caseId, member.memberId, now, added);
    await assertKeptAsAsked(tx, input.caseId, asked);
    return openAnswerers(tx, input.caseId, now);
  });

  if (!answerers) {
    await auditRefusal(service, member, 'case.share', input.caseId);
    throw notFound('case');
  }
  const byId = new Map(answerers.map((answerer) => [answerer.grantId, answerer]));
  return {
    answerers: asked.flatMap(({ grantId }) => {
      const answerer = byId.get(grantId);
      return answerer ? [{ grantId, to: granteeOf(answerer), leadMemberId: answerer.leadMemberId }] : [];
    }),
  };
}

const idsOf = (grants: readonly Granted[]): string[] => grants.map((grant) => grant.grantId);

function refuse(issues: readonly Issue[]): void {
  if (issues.length > 0)
    throw invalidInput('The case cannot be shared like this. Please correct the audience.', issues);
}

/** What holds when a grant is given need not hold for ever: a repeat is not checked again. */
async function assertMayAdd(
  tx: Transaction,
  found: CaseRef,
  added: readonly Granted[],
  now: Date,
): Promise<void> {
  if (!found.allowEveryone && added.some((grant) => grant.kind === 'everyone')) {
    throw forbidden(
      'The organisation this case belongs to has not turned on sharing with all members. Choose people or panels instead.',
    );
  }
  const principals = (kind: Granted['kind']) =>
    added.filter((g) => g.kind === kind).map((g) => g.principalId);
  const active = await activePrincipals(tx, principals('member'), principals('panel'));
  refuse([...unknownEntries(added, active), ...endedEntries(added, now)]);
}

/** Read back after the insert, so that an id taken by a command on another case at the same time is seen as well. */
async function assertKeptAsAsked(tx: Transaction, caseId: string, asked: readonly Granted[]): Promise<void> {
  const kept = new Map((await grantsById(tx, idsOf(asked))).map((grant) => [grant.grantId, grant]));
  for (const grant of asked) {
    const found = kept.get(grant.grantId);
    if (!found || !isRepeat(found, caseId.toLowerCase(), grant)) {
      throw conflict(
        'This was already shared in another way under the same id. Reload the case and share it again.',
      );
    }
  }
}
