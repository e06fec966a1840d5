import type { Caller } from '@definitivedx/auth';
import type { ServiceContext } from '@definitivedx/bus';
import {
  confirmExport,
  type InputOf,
  type ReplyOf,
  type exportWebhooks as contract,
} from '@definitivedx/contracts';
import { webhookLines } from '../data/webhooks-export.js';

const pageSize = 100;

/** A page of the endpoints of the organisation whose export it is. */
export async function exportWebhooks(
  { bus, db }: ServiceContext,
  _caller: Caller,
  { exportId, after }: InputOf<typeof contract>,
): Promise<ReplyOf<typeof contract>> {
  const { organisationId } = await bus.request(confirmExport, await bus.self(), { exportId });
  const lines = await webhookLines(db, organisationId, after, pageSize);
  return { lines, next: lines.length < pageSize ? null : String(lines.at(-1)?.['webhookId']) };
}
