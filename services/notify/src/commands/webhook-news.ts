import type { EventContext, ServiceContext } from '@definitivedx/bus';
import {
  panelsByIds,
  type caseEnded,
  type casePosted,
  type caseShared,
  type DataOf,
  type responsibilityMoved,
  type shareRevoked,
  type webhookEventType,
} from '@definitivedx/contracts';
import { currentTraceparent } from '@definitivedx/telemetry';
import type { z } from 'zod';
import { concernedOnlyBy, forgetConcerned, noteConcerned } from '../data/case-organisations.js';
import { recordCaseNews } from '../data/webhook-deliveries.js';
import type { WebhookSender } from '../delivery/webhook-sender.js';
import { webhookBody } from '../domain/webhook-body.js';

type EventType = z.output<typeof webhookEventType>;

/** What noting news for endpoints works with. */
export interface Noting {
  readonly service: ServiceContext;
  readonly webhooks: Pick<WebhookSender, 'wake'>;
  /** Whose each panel is, which never changes; filled as they are met. */
  readonly panelOwners: Map<string, string>;
}

interface News {
  readonly type: EventType;
  readonly caseId: string;
  readonly at: string;
  /** Codes and ids, and of people not even those: what leaves here goes to other firms' systems. */
  readonly data: Readonly<Record<string, string | boolean>>;
  /** Only for these organisations; for all that the case concerns when absent. */
  readonly only?: readonly string[];
}

function note({ webhooks }: Noting, context: EventContext, { type, caseId, at, data, only }: News): void {
  const delivery = {
    type,
    body: webhookBody(type, new Date(at), { caseId, ...data }),
    sourceMessage: context.messageId,
    traceparent: currentTraceparent(),
  };
  recordCaseNews(context.tx, caseId, delivery, new Date(at), only ?? null);
  context.afterCommit(() => {
    webhooks.wake();
  });
}

/** Notes whom a case concerns from now on, and tells the practice and those it was opened to. */
export async function noteShared(
  noting: Noting,
  context: EventContext,
  { caseId, organisationId, created, priority, grants, at }: DataOf<typeof caseShared>,
): Promise<void> {
  const panels = grants.filter((grant) => grant.kind === 'panel');
  const owners = await ownersOf(
    noting,
    context,
    panels.map(({ principalId }) => principalId),
  );
  const concerned = [
    { grantId: caseId, organisationId },
    ...panels.flatMap(({ grantId, principalId }) => {
      const owner = owners.get(principalId);
      return owner === undefined ? [] : [{ grantId, organisationId: owner }];
    }),
  ];
  noteConcerned(context.tx, caseId, concerned);
  const only = concerned.map((one) => one.organisationId);
  note(noting, context, { type: 'case.shared', caseId, at, data: { created, priority }, only });
}

export function notePosted(
  noting: Noting,
  context: EventContext,
  { caseId, postId, kind, status, at }: DataOf<typeof casePosted>,
): void {
  const type = kind === 'advice' ? 'case.advice_given' : 'case.posted';
  note(noting, context, { type, caseId, at, data: { postId, kind, status } });
}

/** Tells an organisation that nothing opens the case to its panels any more; it hears no more of it. */
export async function noteRevoked(
  noting: Noting,
  context: EventContext,
  { caseId, grant, at }: DataOf<typeof shareRevoked>,
): Promise<void> {
  if (grant.kind !== 'panel') return;
  const owner = await concernedOnlyBy(context.tx, caseId, grant.grantId);
  if (owner !== undefined)
    note(noting, context, { type: 'case.access_ended', caseId, at, data: {}, only: [owner] });
  forgetConcerned(context.tx, caseId, grant.grantId);
}

export function noteMoved(
  noting: Noting,
  context: EventContext,
  { caseId, reason, at }: DataOf<typeof responsibilityMoved>,
): void {
  note(noting, context, { type: 'case.responsibility_moved', caseId, at, data: { reason } });
}

export function noteEnded(
  noting: Noting,
  context: EventContext,
  { caseId, status, at }: DataOf<typeof caseEnded>,
): void {
  note(noting, context, { type: 'case.ended', caseId, at, data: { status } });
}

/** Panels asked about at once; the contract's limit. */
const pageSize = 50;

async function ownersOf(
  { service, panelOwners }: Noting,
  context: EventContext,
  panelIds: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  const unknown = panelIds.filter((panelId) => !panelOwners.has(panelId));
  for (let start = 0; start < unknown.length; start += pageSize) {
    const page = unknown.slice(start, start + pageSize);
    const { panels } = await service.bus.request(panelsByIds, context.caller, { panelIds: page });
    for (const { panelId, organisationId } of panels) panelOwners.set(panelId, organisationId);
  }
  return panelOwners;
}
