import type { EventContext } from '@definitivedx/bus';
import type { caseMentioned, casePosted, DataOf, postChanged } from '@definitivedx/contracts';
import { lockCase } from '../data/streams.js';
import { toldOfChange, toldOfMention, toldOfPost } from '../domain/recipients.js';
import { tell, tellAndMail, thoseWhoMaySee, type Telling } from './telling.js';

/** Tells the requester and the responsible specialist that something was added, if they may still see the case. */
export async function tellOfPost(
  telling: Telling,
  context: EventContext,
  event: DataOf<typeof casePosted>,
): Promise<void> {
  const { caseId } = event;
  await lockCase(context.tx, caseId);
  const told = await thoseWhoMaySee(telling.service, context, caseId, toldOfPost(event));
  const kind = event.kind === 'advice' ? 'advice-given' : 'case-posted';
  await tellAndMail(telling, context, told, { kind, caseId, at: new Date(event.at) });
}

/** Tells people that they were mentioned, if they may still see the case; by mail those whom the post itself reaches not. */
export async function tellOfMention(
  telling: Telling,
  context: EventContext,
  event: DataOf<typeof caseMentioned>,
): Promise<void> {
  const { caseId } = event;
  await lockCase(context.tx, caseId);
  const { told, mailed } = toldOfMention(event);
  const maySee = await thoseWhoMaySee(telling.service, context, caseId, told);
  const news = { kind: 'mentioned', caseId, at: new Date(event.at) } as const;
  const byMail = maySee.filter((memberId) => mailed.includes(memberId));
  await tellAndMail(telling, context, byMail, news);
  await tell(
    telling,
    context,
    maySee.filter((memberId) => !mailed.includes(memberId)),
    news,
  );
}

/** Tells those who were told of a post that it changed; by mail when it was advice, on which somebody may act. */
export async function tellOfChange(
  telling: Telling,
  context: EventContext,
  event: DataOf<typeof postChanged>,
): Promise<void> {
  const { caseId, kind, change } = event;
  const at = new Date(event.at);
  await lockCase(context.tx, caseId);
  const told = await thoseWhoMaySee(telling.service, context, caseId, toldOfChange(event));
  if (kind === 'advice' && change === 'withdrawn') {
    await tellAndMail(telling, context, told, { kind: 'advice-withdrawn', caseId, at });
  } else {
    await tell(telling, context, told, {
      kind: change === 'edited' ? 'post-edited' : 'post-withdrawn',
      caseId,
      at,
    });
  }
}
