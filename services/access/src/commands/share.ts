import { asMember, type Caller, type MemberCaller } from '@definitivedx/auth';
import type { ServiceContext } from '@definitivedx/bus';
import type {
  InputOf,
  Relation,
  ReplyOf,
  rehearseShare as contract,
  shareCase,
} from '@definitivedx/contracts';
import type { Transaction } from '@definitivedx/db';
import { conflict, forbidden, invalidInput, notFound, type Issue } from '@definitivedx/errors';
import { lookingUpControl, whoMaySee } from '../data/decision.js';
import {
  checkActing,
  lookingUpActing,
  lookingUpNames,
  panelsById,
  principalsToShareWith,
} from '../data/directory.js';
import {
  claimingCase,
  findingAnswerers,
  granteeOf,
  grantsById,
  insertingGrants,
  lockingCase,
  type CaseRef,
  type Grant,
} from '../data/grants.js';
import {
  controlEntries,
  endedEntries,
  grantsAsked,
  isRepeat,
  tooWideEntries,
  unknownEntries,
  wrongEntries,
  type Granted,
} from '../domain/audience.js';
import { auditGrants } from './audit-grants.js';
import { auditRefusal } from './audit-refusal.js';

/**
 * Opens a case to people, panels or everyone. The first share of a case id makes the caller its requester; later ones
 * are for those who control it. Repeating it changes nothing and returns the same; the same grant id for something else
 * is a `conflict`.
 * @returns the open grants among those asked for, each with the person who could answer by it, and who of them and of
 * the candidates may see the case.
 * @throws AppError `not-found` for another's case, `invalid-input` naming the entry, `forbidden`, `conflict`.
 */
export async function share(
  service: ServiceContext,
  caller: Caller,
  input: InputOf<typeof shareCase>,
): Promise<ReplyOf<typeof shareCase>> {
  const member = asMember(caller);
  const shared = await service.db.transaction((tx) => open(tx, member, input, service.clock.now()));
  if (!shared) {
    await auditRefusal(service, member, 'case.share', input.caseId);
    throw notFound('case');
  }
  return shared;
}

/**
 * What `share` would answer for a case that is not there yet, by doing it and taking it back: so that there is one rule
 * of what is refused, who could answer and who would see it.
 */
export async function rehearseShare(
  service: ServiceContext,
  caller: Caller,
  input: InputOf<typeof contract>,
): Promise<ReplyOf<typeof contract>> {
  const member = asMember(caller);
  const now = service.clock.now();
  const rehearsed = await takingBack(service, async (tx) => {
    const shared = await open(tx, member, input, now);
    if (!shared) throw notFound('case');
    const [names] = await tx.runAll(lookingUpNames(shared.maySee));
    return { ...shared, names };
  });
  return rehearsed;
}

class TakenBack extends Error {}

/** Carries out `work` in a transaction that is never committed. */
async function takingBack<T>(service: ServiceContext, work: (tx: Transaction) => Promise<T>): Promise<T> {
  let result: { readonly value: T } | undefined;
  try {
    return await service.db.transaction(async (tx) => {
      result = { value: await work(tx) };
      throw new TakenBack();
    });
  } catch (error) {
    if (result && error instanceof TakenBack) return result.value;
    throw error;
  }
}

/** Opens the case, in a transaction; undefined when it is not the caller's to open. */
async function open(
  tx: Transaction,
  member: MemberCaller,
  input: InputOf<typeof shareCase>,
  now: Date,
): Promise<ReplyOf<typeof shareCase> | undefined> {
  const asked = grantsAsked(input.entries);
  // Locked before the grants are looked at, in this order; one round trip.
  const [acting, , [found], [control], keptBefore, active] = await tx.runAll(
    lookingUpActing(member),
    claimingCase(input.caseId, member, input.inviteOnly),
    lockingCase(input.caseId),
    lookingUpControl(input.caseId, member, now),
    grantsById(idsOf(asked)),
    lookingUpGrantees(member, asked, now),
  );
  checkActing(acting);
  if (!found || !control) return undefined;
  refuse(wrongEntries(asked, found.requesterId));

  const kept = new Set(keptBefore.map((grant) => grant.grantId));
  const added = asked.filter((grant) => !kept.has(grant.grantId));
  checkMayAdd({ found, control: control.via, added, active: new Set(active.map(({ id }) => id)), now });
  const [, keptNow, answerers, panels] = await tx.runAll(
    insertingGrants(input.caseId, member.memberId, now, added),
    // Read back after the insert, so that an id taken by a command on another case at the same time is seen as well.
    grantsById(idsOf(asked)),
    findingAnswerers(input.caseId, now),
    panelsById(principalsOf(asked, 'panel')),
  );
  checkKeptAsAsked(input.caseId, asked, keptNow);
  if (added.length > 0)
    auditGrants(tx, member, { act: 'grant.give', caseId: input.caseId, at: now, grants: added.length });
  const mayAnswer = answerers.flatMap(({ leadMemberId }) => leadMemberId ?? []);
  const [maySee] = await tx.runAll(whoMaySee([input.caseId], [...input.candidates, ...mayAnswer], now));

  const byId = new Map(answerers.map((answerer) => [answerer.grantId, answerer]));
  return {
    answerers: asked.flatMap(({ grantId }) => {
      const answerer = byId.get(grantId);
      return answerer ? [{ grantId, to: granteeOf(answerer), leadMemberId: answerer.leadMemberId }] : [];
    }),
    maySee: maySee.map(({ memberId }) => memberId),
    panels,
  };
}

const idsOf = (grants: readonly Granted[]): string[] => grants.map((grant) => grant.grantId);

function refuse(issues: readonly Issue[]): void {
  if (issues.length > 0)
    throw invalidInput('The case cannot be shared like this. Please correct the audience.', issues);
}

const principalsOf = (grants: readonly Granted[], kind: Granted['kind']): string[] =>
  grants.filter((grant) => grant.kind === kind).map((grant) => grant.principalId);

/** Whom a case can be opened to among those asked for: active members, and panels that take cases from the caller's organisation. */
const lookingUpGrantees = ({ organisationId }: MemberCaller, asked: readonly Granted[], now: Date) =>
  principalsToShareWith(principalsOf(asked, 'member'), principalsOf(asked, 'panel'), organisationId, now);

interface Adding {
  readonly found: Pick<CaseRef, 'allowEveryone' | 'inviteOnly'>;
  /** By which relation the caller controls the case. */
  readonly control: Relation;
  readonly added: readonly Granted[];
  /** Members and panels that are there. */
  readonly active: ReadonlySet<string>;
  readonly now: Date;
}

/** What would be refused of what is added. What holds when a grant is given need not hold for ever: a repeat is not checked again. */
export const issuesOf = ({ found, control, added, active, now }: Adding): Issue[] => [
  ...(control === 'delegate' ? controlEntries(added) : []),
  ...(found.inviteOnly ? tooWideEntries(added) : []),
  ...unknownEntries(added, active),
  ...endedEntries(added, now),
];

/** What is said when an organisation keeps its cases from all members. */
export const notWithEveryone =
  'The organisation this case belongs to has not turned on sharing with all members. Choose people or panels instead.';

function checkMayAdd(adding: Adding): void {
  if (!adding.found.allowEveryone && adding.added.some((grant) => grant.kind === 'everyone')) {
    throw forbidden(notWithEveryone);
  }
  refuse(issuesOf(adding));
}

function checkKeptAsAsked(caseId: string, asked: readonly Granted[], keptNow: readonly Grant[]): void {
  const kept = new Map(keptNow.map((grant) => [grant.grantId, grant]));
  for (const grant of asked) {
    const found = kept.get(grant.grantId);
    if (!found || !isRepeat(found, caseId.toLowerCase(), grant)) {
      throw conflict(
        'This was already shared in another way under the same id. Reload the case and share it again.',
      );
    }
  }
}
