import { asMember, type Caller, type MemberCaller } from '@definitivedx/auth';
import { emit, once, type ServiceContext } from '@definitivedx/bus';
import {
  caseActed,
  restrictCase,
  type FlagKind,
  type InputOf,
  type ReplyOf,
  type clearFlag as clearContract,
  type flagCase as flagContract,
} from '@definitivedx/contracts';
import type { Transaction } from '@definitivedx/db';
import { AppError, conflict, forbidden } from '@definitivedx/errors';
import { recordChange } from '../data/cases.js';
import { endFlag, flagsOf, insertFlag, localContactsFor } from '../data/flags.js';
import { endOffer } from '../data/teaching.js';
import { note } from '../data/timeline.js';
import { authorOf } from '../domain/posting.js';
import { confirmAccess } from '../queries/confirm-access.js';
import { heldCase } from './held-case.js';

/**
 * Flags a case. Access learns of it before the commit, and refuses wider shares from then on: a crash in between leaves a
 * case that is kept among people without a flag to see, which repeating the command mends.
 * @throws AppError `conflict`, naming them, while shares with panels or all members are open, or when it has the flag.
 */
export async function flagCase(
  service: ServiceContext,
  caller: Caller,
  { commandId, kind, ...input }: InputOf<typeof flagContract>,
): Promise<ReplyOf<typeof flagContract>> {
  const by = asMember(caller);
  const access = await confirmAccess(service, by, input.caseId, 'post');
  const { caseId } = access;
  const flagged = await service.db.transaction((tx) =>
    once(tx, commandId, by.memberId, async () => {
      const { status, version: before } = await heldCase(tx, access);
      if (standing(await flagsOf(tx, caseId), kind)) throw conflict('This case has that flag already.');
      // Asked under the lock, for once: of a flag set and one cleared at the same time, access must not mix up the order.
      const restricting = { caseId, flagged: true, version: before + 1 };
      checkNarrow(await service.bus.request(restrictCase, by, restricting));
      const at = service.clock.now();
      insertFlag(tx, { caseId, kind, by: by.memberId, at });
      const wasTaught = await endOffer(tx, caseId, null, at);
      if (wasTaught) {
        note(tx, caseId, { kind: 'teaching-ended', actorId: null, detail: { why: 'flagged' }, at });
      }
      const version = await recordChange(tx, caseId, status);
      record(tx, by, caseId, { kind: 'flagged', act: 'case.flag', flag: kind, at });
      return { kind, version };
    }),
  );
  const contacts = await localContactsFor(service.db, caseId, by.organisationId);
  return {
    ...flagged,
    localContacts: contacts.map(({ organisationId, text }) => ({ organisationId, text })),
  };
}

/**
 * Takes a flag off. With the last one, whoever controls the case may open it to panels again.
 * @throws AppError `forbidden` to who neither set it nor is a specialist of the case; `conflict` when it has no such flag.
 */
export async function clearFlag(
  service: ServiceContext,
  caller: Caller,
  { commandId, kind, ...input }: InputOf<typeof clearContract>,
): Promise<ReplyOf<typeof clearContract>> {
  const by = asMember(caller);
  const access = await confirmAccess(service, by, input.caseId, 'post');
  const { caseId, via } = access;
  const isSpecialist = authorOf(via, by.roles) === 'specialist';

  const cleared = await service.db.transaction((tx) =>
    once(tx, commandId, by.memberId, async () => {
      const { status } = await heldCase(tx, access);
      const flags = await flagsOf(tx, caseId);
      const flag = standing(flags, kind);
      if (!flag) throw conflict('This case does not have that flag.');
      if (flag.setBy !== by.memberId && !isSpecialist) {
        throw forbidden('A flag is taken off by who set it, or by a specialist of the case.');
      }
      const at = service.clock.now();
      endFlag(tx, { caseId, kind, by: by.memberId, at });
      const version = await recordChange(tx, caseId, status);
      record(tx, by, caseId, { kind: 'flag-cleared', act: 'case.clear-flag', flag: kind, at });
      return { kind, version, last: flags.filter(({ clearedAt }) => clearedAt === null).length === 1 };
    }),
  );
  const { last, ...reply } = cleared;
  if (last) await service.bus.request(restrictCase, by, { caseId, flagged: false, version: reply.version });
  return reply;
}

const standing = <F extends { readonly kind: FlagKind; readonly clearedAt: Date | null }>(
  flags: readonly F[],
  kind: FlagKind,
): F | undefined => flags.find((flag) => flag.kind === kind && flag.clearedAt === null);

function record(
  tx: Transaction,
  { memberId, organisationId }: MemberCaller,
  caseId: string,
  of: { kind: 'flagged' | 'flag-cleared'; act: 'case.flag' | 'case.clear-flag'; flag: FlagKind; at: Date },
): void {
  note(tx, caseId, { kind: of.kind, actorId: memberId, detail: { flag: of.flag }, at: of.at });
  const at = of.at.toISOString();
  emit(tx, caseActed, caseId, { act: of.act, caseId, memberId, organisationId, subjectId: null, at });
}

function checkNarrow({ wider, controls }: ReplyOf<typeof restrictCase>): void {
  if (wider.length === 0) return;
  const todo = controls
    ? 'Invite by name whoever is to go on with it, end these shares, and then set the flag.'
    : 'Please ask who controls the case to invite by name whoever is to go on with it and to end these shares. If the child has to be known by name now, move the case to the identified route.';
  throw new AppError(
    'conflict',
    `A flagged case is open to people invited by name alone, and this one is shared with ${String(wider.length)} panel(s) or all members. ${todo}`,
    {
      issues: wider.map(({ grantId, kind }) => ({
        path: `audience.${grantId}`,
        message:
          kind === 'panel' ? 'This share with a panel is open.' : 'This share with all members is open.',
      })),
    },
  );
}
