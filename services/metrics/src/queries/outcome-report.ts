import { asMember, type Caller } from '@definitivedx/auth';
import type { ServiceContext } from '@definitivedx/bus';
import type { InputOf, ReplyOf, outcomeReport as contract } from '@definitivedx/contracts';
import { invalidInput } from '@definitivedx/errors';
import { latestBaseline } from '../data/baselines.js';
import { talliesOf } from '../data/case-facts.js';
import { comparisonOf } from '../domain/comparison.js';
import { baselineFiguresOf, figuresOf, total } from '../domain/figures.js';
import { followUpFiguresOf } from '../domain/follow-ups.js';

/** More rows than this do not fit into one message on the bus. */
const rowLimit = 1_500;

/**
 * Response times and outcomes of the cases that the caller's organisation asked, or that its panels were asked, beside
 * the e-mail line it imported last.
 * @throws AppError `invalid-input` when the months run backwards or make too long a table.
 */
export async function outcomeReport(
  service: ServiceContext,
  caller: Caller,
  { from, to, panelId }: InputOf<typeof contract>,
): Promise<ReplyOf<typeof contract>> {
  const { organisationId } = asMember(caller);
  if (from > to) {
    throw invalidInput('The report ends before it begins.', [
      { path: 'to', message: 'Choose the same month as "from" or a later one.' },
    ]);
  }
  const now = service.clock.now();
  const [rows, baseline] = await Promise.all([
    talliesOf(service.db, { organisationId, from, to, panelId }, now),
    latestBaseline(service.db, organisationId),
  ]);
  if (rows.length > rowLimit) {
    throw invalidInput('This report is too long to be shown. Choose fewer months, or one panel.');
  }
  const tally = total(rows);
  const figures = figuresOf(tally);
  const compared = baseline ? baselineFiguresOf(baseline) : null;
  return {
    asOf: now.toISOString(),
    rows: rows.map((row) => ({ panelId: row.panelId, month: row.month, figures: figuresOf(row) })),
    total: figures,
    followUps: followUpFiguresOf(tally.followUps),
    baseline: compared,
    comparison: comparisonOf(figures, compared),
  };
}
