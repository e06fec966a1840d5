import type { EventContext } from '@definitivedx/bus';
import {
  askingSide,
  streamGrew,
  type DataOf,
  type ReplyOf,
  type adviceUnread,
  type nobodyLeft,
  type requesterLeft,
} from '@definitivedx/contracts';
import { currentTraceparent } from '@definitivedx/telemetry';
import { v5 } from 'uuid';
import { recordMails } from '../data/mails.js';
import { appendEntriesEach, lockCase } from '../data/streams.js';
import { visibleCases } from '../queries/visible-cases.js';
import { tellAndMail, thoseWhoMaySee, type News, type Telling } from './telling.js';
import type { CaseMailTemplate } from '../domain/mail-text.js';

type Side = ReplyOf<typeof askingSide>;

/**
 * Tells the requester and the practice's cover. Where neither is there, the practice's administrators are asked to name
 * somebody: they may not see the case, and are told of none.
 */
async function tellPractice(
  telling: Telling,
  context: EventContext,
  news: News & { readonly kind: CaseMailTemplate },
): Promise<string[]> {
  const { caseId } = news;
  const side = await telling.service.bus.request(askingSide, context.caller, { caseId });
  const asked = [...new Set([...(side.requesterId === null ? [] : [side.requesterId]), ...side.cover])];
  const told = await thoseWhoMaySee(telling.service, context, caseId, asked);
  await tellAndMail(telling, context, told, news);
  if (told.length === 0) askForCover(telling, context, side);
  return told;
}

/** Mails the administrators of a practice that nobody covers its cases. */
function askForCover({ service, sender }: Telling, context: EventContext, { administrators }: Side): void {
  const mail = {
    template: 'cover-needed',
    sourceMessage: context.messageId,
    traceparent: currentTraceparent(),
  } as const;
  recordMails(context.tx, administrators, mail, service.clock.now());
  context.afterCommit(() => {
    sender.wake();
  });
}

/** Chases advice that nobody on the asking side has opened, or that a child is to be seen today. */
export async function tellOfUnreadAdvice(
  telling: Telling,
  context: EventContext,
  { caseId, attendNow, reminder, responsibleId, at }: DataOf<typeof adviceUnread>,
): Promise<void> {
  await lockCase(context.tx, caseId);
  const moment = new Date(at);
  const kind = attendNow ? 'attend-now' : 'advice-unread';
  const told = await tellPractice(telling, context, { kind, caseId, at: moment });
  // Who has just given it is not to phone at once, unless there is nobody to tell.
  if (!attendNow || responsibleId === null || (reminder === 0 && told.length > 0)) return;
  const able = await thoseWhoMaySee(telling.service, context, caseId, [responsibleId]);
  const phoning = able.filter((memberId) => !told.includes(memberId));
  await tellAndMail(telling, context, phoning, { kind: 'phone-the-practice', caseId, at: moment });
}

/** Tells the asking side that a case was cancelled because nobody could answer it any more. */
export async function tellOfNobodyLeft(
  telling: Telling,
  context: EventContext,
  { caseId, at }: DataOf<typeof nobodyLeft>,
): Promise<void> {
  await lockCase(context.tx, caseId);
  await tellPractice(telling, context, { kind: 'nobody-left', caseId, at: new Date(at) });
}

/** Tells the cover of a practice which cases are theirs to read now, or its administrators that it has none. */
export async function tellOfRequesterLeft(
  telling: Telling,
  context: EventContext,
  { organisationId, caseIds, at }: DataOf<typeof requesterLeft>,
): Promise<void> {
  const { service } = telling;
  const side = await service.bus.request(askingSide, context.caller, { organisationId });
  if (side.cover.length === 0) {
    askForCover(telling, context, side);
    return;
  }
  const visible = await visibleCases(service, context.caller, caseIds, side.cover.slice(0, 200));
  const entries = caseIds.flatMap((caseId) =>
    (visible.get(caseId) ?? []).map((memberId) => ({
      memberId,
      kind: 'requester-left' as const,
      caseId,
      // One event tells of many cases: each entry stands for the event and its case.
      sourceMessage: v5(caseId, context.messageId),
    })),
  );
  appendEntriesEach(context.tx, entries, new Date(at));
  context.afterCommit(() => {
    service.bus.nudge(streamGrew, { memberIds: [...new Set(entries.map(({ memberId }) => memberId))] });
  });
}
