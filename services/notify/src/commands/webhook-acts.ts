import { randomBytes } from 'node:crypto';
import type { OrganisationCaller } from '@definitivedx/auth';
import { actorIdOf } from '@definitivedx/auth';
import { emit } from '@definitivedx/bus';
import { webhookActed, type DataOf } from '@definitivedx/contracts';
import type { Transaction } from '@definitivedx/db';
import { notFound } from '@definitivedx/errors';
import { lockWebhook, type WebhookRow } from '../data/webhooks.js';

type Act = DataOf<typeof webhookActed>['act'];

/** Tells the audit, with the transaction, who administered an endpoint. */
export function emitAct(
  tx: Transaction,
  caller: OrganisationCaller,
  act: Act,
  webhookId: string,
  now: Date,
): void {
  const { kind, organisationId, from } = caller;
  emit(tx, webhookActed, webhookId, {
    act,
    actor: { kind, id: actorIdOf(caller), from: from ?? null },
    organisationId,
    webhookId,
    at: now.toISOString(),
  });
}

/** An endpoint of the caller's organisation, held. @throws AppError `not-found` for any other. */
export async function holdWebhook(
  tx: Transaction,
  { organisationId }: OrganisationCaller,
  webhookId: string,
): Promise<WebhookRow> {
  const row = await lockWebhook(tx, webhookId, organisationId);
  if (!row) throw notFound('webhook');
  return row;
}

/** 256 random bits, as the Standard Webhooks specification writes them. */
export const newWebhookSecret = (): string => `whsec_${randomBytes(32).toString('base64')}`;
