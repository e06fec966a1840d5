import type { Caller } from '@definitivedx/auth';
import type { ServiceContext } from '@definitivedx/bus';
import type { InputOf, ReplyOf, getTemplate as contract } from '@definitivedx/contracts';
import { notFound } from '@definitivedx/errors';
import { findTemplate } from '../data/templates.js';

/** What a panel asks of a case, now or in an earlier version: there is nothing of any case in it. */
export async function getTemplate(
  { db }: ServiceContext,
  _caller: Caller,
  { panelId, version }: InputOf<typeof contract>,
): Promise<ReplyOf<typeof contract>> {
  const found = await findTemplate(db, panelId, version);
  if (!found) throw notFound('template');
  return { ...found, publishedAt: found.publishedAt.toISOString() };
}
