import type { EventContext } from '@definitivedx/bus';
import type { DataOf, organisationClosed } from '@definitivedx/contracts';
import { lockWebhooksOf, removeWebhook, webhooksOf } from '../data/webhooks.js';

/** An organisation was closed: nothing is delivered to its endpoints any more, and their secrets go. */
export async function endWebhooks(
  { tx }: EventContext,
  { organisationId }: DataOf<typeof organisationClosed>,
): Promise<void> {
  await lockWebhooksOf(tx, organisationId);
  for (const { id } of await webhooksOf(tx, organisationId)) removeWebhook(tx, id);
}
