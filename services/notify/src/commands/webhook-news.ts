import type { EventContext, ServiceContext } from '@definitivedx/bus';
import {
  caseOrganisations,
  panelsByIds,
  type caseEnded,
  type casePosted,
  type caseShared,
  type DataOf,
  type ReplyOf,
  type responsibilityGiven,
  type responsibilityMoved,
  type shareRevoked,
  type webhookEventType,
} from '@definitivedx/contracts';
import { currentTraceparent } from '@definitivedx/telemetry';
import type { z } from 'zod';
import { anyoneListens, recordNews } from '../data/webhook-deliveries.js';
import type { WebhookSender } from '../delivery/webhook-sender.js';
import { webhookBody } from '../domain/webhook-body.js';

/** What noting news for endpoints works with. */
export interface Noting {
  readonly service: ServiceContext;
  readonly webhooks: Pick<WebhookSender, 'wake'>;
}

type Concerned = ReplyOf<typeof caseOrganisations>['organisations'];

interface News {
  readonly type: z.output<typeof webhookEventType>;
  readonly caseId: string;
  readonly at: string;
  /** Codes and ids, and of people not even those: what leaves here goes to other firms' systems. */
  readonly data: Readonly<Record<string, string | boolean>>;
}

/**
 * Notes news for the endpoints of the organisations it is for, by the word of access: events of one case may come in any
 * order, so nothing that came before them is relied on.
 * @param choose which, of those that the case concerns now; all when absent
 */
async function note(
  { service, webhooks }: Noting,
  context: EventContext,
  { type, caseId, at, data }: News,
  choose: (concerned: Concerned) => readonly string[] | Promise<readonly string[]> = all,
): Promise<void> {
  if (!(await anyoneListens(context.tx, type))) return;
  const { organisations } = await service.bus.request(caseOrganisations, context.caller, { caseId });
  const organisationIds = await choose(organisations);
  if (organisationIds.length === 0) return;
  const delivery = {
    type,
    body: webhookBody(type, new Date(at), { caseId, ...data }),
    sourceMessage: context.messageId,
    traceparent: currentTraceparent(),
  };
  recordNews(context.tx, organisationIds, delivery, service.clock.now());
  context.afterCommit(() => {
    webhooks.wake();
  });
}

const all = (concerned: Concerned): string[] => concerned.map(({ organisationId }) => organisationId);

/** Tells the practice, and those to whose panels this share opened the case. */
export function noteShared(
  noting: Noting,
  context: EventContext,
  { caseId, created, priority, grants, at }: DataOf<typeof caseShared>,
): Promise<void> {
  const panelIds = grants.filter(({ kind }) => kind === 'panel').map(({ principalId }) => principalId);
  const news: News = { type: 'case.shared', caseId, at, data: { created, priority } };
  return note(noting, context, news, (concerned) =>
    all(
      concerned.filter((one) => one.practice || one.panelIds.some((panelId) => panelIds.includes(panelId))),
    ),
  );
}

export function notePosted(
  noting: Noting,
  context: EventContext,
  { caseId, postId, kind, status, at }: DataOf<typeof casePosted>,
): Promise<void> {
  const type = kind === 'advice' ? 'case.advice_given' : 'case.posted';
  return note(noting, context, { type, caseId, at, data: { postId, kind, status } });
}

/** Tells an organisation that nothing opens the case to its panels any more; it hears no more of it. */
export async function noteRevoked(
  noting: Noting,
  context: EventContext,
  { caseId, grant, at }: DataOf<typeof shareRevoked>,
): Promise<void> {
  if (grant.kind !== 'panel') return;
  const news: News = { type: 'case.access_ended', caseId, at, data: {} };
  await note(noting, context, news, async (concerned) => {
    const input = { panelIds: [grant.principalId] };
    const { panels } = await noting.service.bus.request(panelsByIds, context.caller, input);
    const owners = panels.map(({ organisationId }) => organisationId);
    return owners.filter((owner) => !all(concerned).includes(owner));
  });
}

/** The same news, however the case came to them. */
export const noteGiven = (
  noting: Noting,
  context: EventContext,
  { caseId, reason, at }: DataOf<typeof responsibilityGiven>,
): Promise<void> =>
  note(noting, context, { type: 'case.responsibility_moved', caseId, at, data: { reason } });

export const noteMoved = (
  noting: Noting,
  context: EventContext,
  { caseId, reason, at }: DataOf<typeof responsibilityMoved>,
): Promise<void> =>
  note(noting, context, { type: 'case.responsibility_moved', caseId, at, data: { reason } });

export const noteEnded = (
  noting: Noting,
  context: EventContext,
  { caseId, status, at }: DataOf<typeof caseEnded>,
): Promise<void> => note(noting, context, { type: 'case.ended', caseId, at, data: { status } });
