import type { EventContext } from '@definitivedx/bus';
import type { DataOf, webhookActed } from '@definitivedx/contracts';
import { appendAuditWith } from '../data/audit.js';

/** Appends to the audit what was done to an endpoint of an organisation, under the trace in which it happened. */
export const appendWebhookAct = (context: EventContext, data: DataOf<typeof webhookActed>): void => {
  const { act, actor, organisationId, webhookId, at } = data;
  appendAuditWith(context.tx, {
    at: new Date(at),
    actor: { kind: actor.kind, id: actor.id, organisationId, from: actor.from ?? undefined },
    act,
    outcome: 'allowed',
    subjectId: webhookId,
    traceId: context.traceId,
  });
};
