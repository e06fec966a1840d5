import type { Caller } from '@definitivedx/auth';
import type { ServiceContext } from '@definitivedx/bus';
import {
  confirmExport,
  type InputOf,
  type ReplyOf,
  type exportFigures as contract,
} from '@definitivedx/contracts';
import { talliesOf } from '../data/case-facts.js';
import { figuresOf } from '../domain/figures.js';
import { followUpFiguresOf } from '../domain/follow-ups.js';

/** Before the first case anywhere. */
const firstYear = 2025;

/** A year of the figures of the organisation whose export it is. */
export async function exportFigures(
  { bus, db, clock }: ServiceContext,
  _caller: Caller,
  { exportId, after }: InputOf<typeof contract>,
): Promise<ReplyOf<typeof contract>> {
  const { organisationId } = await bus.request(confirmExport, await bus.self(), { exportId });
  const now = clock.now();
  const year = after === undefined ? firstYear : Number(after) + 1;
  const months = { from: `${String(year)}-01`, to: `${String(year)}-12` };
  const rows = await talliesOf(db, { organisationId, ...months, panelId: undefined }, now);
  const lines = rows.map((row) => ({
    type: 'figures',
    month: row.month,
    panelId: row.panelId,
    figures: figuresOf(row),
    followUps: followUpFiguresOf(row.followUps),
  }));
  // A month begins in London up to an hour before it does in UTC; one empty year more does no harm.
  return { lines, next: year > now.getUTCFullYear() ? null : String(year) };
}
