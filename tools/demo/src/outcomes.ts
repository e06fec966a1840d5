import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { importBaseline, outcomeReport, type ReplyOf } from '@definitivedx/contracts';
import { NotAsExpected } from './failure.js';
import type { Person } from './person.js';
import type { Step } from './step.js';

type Report = ReplyOf<typeof outcomeReport>;

/** An e-mail line as a trust might bring it; invented like the rest of the demo. */
const baseline = readFileSync(new URL('../data/e-mail-line.csv', import.meta.url), 'utf8');

export const importEmailLine = (step: Step, { session, name }: Person): Promise<void> =>
  step('Importing the e-mail line', async () => {
    const path = `/api/v1/metrics/baselines?name=${encodeURIComponent('Demo e-mail line')}`;
    const { reply, traceId } = await session.must(importBaseline.reply, 'POST', path, baseline);
    const says = `${name} imported ${String(reply.imported)} threads of the e-mail line it replaces.`;
    return { says, traceId, value: undefined };
  });

/** This month's report as it is now, to be compared with later. */
export async function reportNow({
  session,
}: Person): Promise<{ reply: Report; traceId: string | undefined }> {
  // Months are those of London; around midnight UTC of the last day the next one may have begun.
  const month = new Intl.DateTimeFormat('sv-SE', {
    year: 'numeric',
    month: '2-digit',
    timeZone: 'Europe/London',
  }).format(new Date());
  return session.must(outcomeReport.reply, 'GET', `/api/v1/metrics/report?from=${month}&to=${month}`);
}

/** Waits until the report has one case closed and one referral avoided more than before, and shows it. */
export const showOutcomes = (step: Step, lead: Person, before: Report): Promise<void> =>
  step('Reading the outcomes', async () => {
    const wanted = before.total.referralsAvoided.numerator + 1;
    const deadline = Date.now() + 30_000;
    for (;;) {
      const { reply, traceId } = await reportNow(lead);
      const { total, baseline: line, comparison } = reply;
      if (total.referralsAvoided.numerator >= wanted) {
        if (line === null) throw new NotAsExpected('the e-mail line in the report', 'none', traceId);
        const [times, , , avoided] = comparison;
        const answered = `${String(total.answered)} of ${String(total.asked)} cases answered, ${String(total.stillOpen)} still open.`;
        const says = [`${lead.name} read this month's outcomes: ${answered}`, times, avoided].join(
          '\n       ',
        );
        return { says, traceId, value: undefined };
      }
      if (Date.now() > deadline) {
        const got = String(total.referralsAvoided.numerator);
        throw new NotAsExpected(`${String(wanted)} referrals avoided within 30 s`, got, traceId);
      }
      await sleep(100);
    }
  });
