import { asMember, type Caller } from '@definitivedx/auth';
import { emit, once, type ServiceContext } from '@definitivedx/bus';
import {
  caseActed,
  caseShared,
  revokeGrant,
  shareCase,
  type InputOf,
  type ReplyOf,
  type shareFurther as contract,
} from '@definitivedx/contracts';
import type { Transaction } from '@definitivedx/db';
import { AppError, notFound } from '@definitivedx/errors';
import { fileUnder, grantRef, panelIdsOf } from '../data/audience.js';
import { caseState, lockedCase, recordActivity, setLeadPanel, type CaseState } from '../data/cases.js';
import { releaseIds, reserveIds } from '../data/reserved-ids.js';
import { note } from '../data/timeline.js';
import { reasonsOf } from '../domain/content.js';
import { checkTexts } from '../domain/findings.js';
import { isOpen } from '../domain/status.js';
import { confirmAccess } from '../queries/confirm-access.js';

type Reply = ReplyOf<typeof contract>;

/**
 * Opens an existing case to more people or panels. Who answers for it stays the same.
 * @throws AppError `not-found` to anyone who does not control it; `conflict` when the case has ended.
 */
export async function shareFurther(
  service: ServiceContext,
  caller: Caller,
  { commandId, audience, ...input }: InputOf<typeof contract>,
): Promise<Reply> {
  const member = asMember(caller);
  const { memberId, organisationId } = member;
  const { caseId } = await confirmAccess(service, member, input.caseId, 'audience');
  checkTexts(reasonsOf(audience));
  const { grants, done } = await reserveIds<Reply>(service.db, {
    commandId,
    callerId: memberId,
    audience,
    caseId,
    now: service.clock.now(),
  });
  if (done) return done.reply;
  open(await caseState(service.db, caseId));

  const grantIds = grants.map(({ grantId }) => grantId);
  await service.bus.request(shareCase, member, { caseId, entries: [...grants] });

  const write = async (tx: Transaction): Promise<Reply> => {
    const { status, priority, requesterId, responsibleId, leadPanelId } = open(await lockedCase(tx, caseId));
    const at = service.clock.now();
    const { version, lastActivityAt } = await recordActivity(tx, caseId, status, at);
    fileUnder(tx, caseId, grants, lastActivityAt);
    // A case of people alone gets its lead with the first panel; its answer is still due when it was promised.
    const [firstPanel] = panelIdsOf(grants);
    if (leadPanelId === null && firstPanel !== undefined) await setLeadPanel(tx, caseId, firstPanel);
    releaseIds(tx, commandId);
    const about = { caseId, organisationId, at: at.toISOString() };
    emit(tx, caseShared, caseId, {
      ...about,
      requesterId,
      created: false,
      priority,
      responsibleId,
      grants: grants.map(({ grantId, entry }) => grantRef(grantId, entry)),
    });
    for (const { grantId, entry } of grants) {
      const detail = { with: entry.kind };
      note(tx, caseId, { kind: 'shared', actorId: memberId, subjectId: grantId, detail, at });
      emit(tx, caseActed, caseId, { ...about, act: 'case.share', memberId, subjectId: grantId });
    }
    return { grantIds, version };
  };

  try {
    return await service.db.transaction((tx) => once(tx, commandId, memberId, () => write(tx)));
  } catch (error) {
    // The case ended between the look and the lock: what was refused must not stay open.
    if (error instanceof CaseEnded) {
      for (const grantId of grantIds) await service.bus.request(revokeGrant, member, { caseId, grantId });
    }
    throw error;
  }
}

class CaseEnded extends AppError {
  constructor() {
    super('conflict', 'This case has ended and cannot be shared further. Please share a new one.');
  }
}

/** An open case, which always has someone responsible. */
function open(found: CaseState | undefined): CaseState & { responsibleId: string } {
  if (!found) throw notFound();
  const { status, responsibleId } = found;
  if (!isOpen(status) || responsibleId === null) throw new CaseEnded();
  return { ...found, responsibleId };
}
