import { streamGrew, whoMaySee } from '@definitivedx/contracts';
import type { EventContext, ServiceContext } from '@definitivedx/bus';
import { currentTraceparent } from '@definitivedx/telemetry';
import { recordMails } from '../data/mails.js';
import { appendEntries, type EntryKind } from '../data/streams.js';
import type { MailSender } from '../delivery/mail-sender.js';
import type { CaseMailTemplate } from '../domain/mail-text.js';

/** What telling people works with: the service, and the sender to wake when there is mail. */
export interface Telling {
  readonly service: ServiceContext;
  readonly sender: Pick<MailSender, 'wake'>;
}

export interface News {
  readonly kind: EntryKind;
  readonly caseId: string;
  readonly at: Date;
}

/** Members asked about at once; the contract's limit. */
const pageSize = 200;

/** Those of the members who may see the case now, by the word of access. */
export async function thoseWhoMaySee(
  service: ServiceContext,
  context: EventContext,
  caseId: string,
  memberIds: readonly string[],
): Promise<string[]> {
  const allowed: string[] = [];
  for (let start = 0; start < memberIds.length; start += pageSize) {
    const page = memberIds.slice(start, start + pageSize);
    const reply = await service.bus.request(whoMaySee, context.caller, { caseId, memberIds: page });
    allowed.push(...reply.memberIds);
  }
  return allowed;
}

/** Adds the news to the members' streams in the event's transaction, and hints at it once committed. */
export async function tell(
  { service }: Telling,
  context: EventContext,
  memberIds: readonly string[],
  news: News,
): Promise<void> {
  if (memberIds.length === 0) return;
  appendEntries(context.tx, memberIds, { ...news, sourceMessage: context.messageId });
  context.afterCommit(() => {
    service.bus.nudge(streamGrew, { memberIds: [...memberIds] });
  });
}

/** As `tell`, and records a mail to each of them, which the sender takes up at once. */
export async function tellAndMail(
  telling: Telling,
  context: EventContext,
  memberIds: readonly string[],
  news: News & { readonly kind: CaseMailTemplate },
): Promise<void> {
  if (memberIds.length === 0) return;
  await tell(telling, context, memberIds, news);
  const mail = {
    template: news.kind,
    caseId: news.caseId,
    sourceMessage: context.messageId,
    traceparent: currentTraceparent(),
  };
  recordMails(context.tx, memberIds, mail, telling.service.clock.now());
  context.afterCommit(() => {
    telling.sender.wake();
  });
}
