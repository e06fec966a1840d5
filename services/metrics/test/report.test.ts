import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { importBaseline, outcomeReport } from '@definitivedx/contracts';
import { answered, asked, ended, Programme, refusal, type Told } from './programme.js';

const practiceId = randomUUID();
const trustId = randomUUID();
const stranger = randomUUID();
const general = { panelId: randomUUID(), organisationId: trustId };
const skin = { panelId: randomUUID(), organisationId: trustId };
const elsewhere = { panelId: randomUUID(), organisationId: stranger };

/** A case of the practice, told by what happened to it. */
function story(
  question: Parameters<typeof asked>[0],
  answer?: Partial<Parameters<typeof answered>[1]>,
  end?: Parameters<typeof ended>[1],
): Told[] {
  const first = asked({ practiceId, ...question });
  const { caseId } = first.data;
  return [first, ...(answer ? [answered(caseId, answer)] : []), ...(end ? [ended(caseId, end)] : [])];
}

const survey = (referral: 'contemplated-avoided' | 'contemplated-still-needed' | 'no-benefit') => ({
  survey: { outcome: 'confirmed-plan' as const, referral },
});

let programme: Programme;
beforeAll(async () => {
  programme = await Programme.start();
  programme.world.clock.set('2025-03-20T12:00:00Z');
  await programme.tell([
    // March, general paediatrics: seven answered, in 10, 20, 30, 40, 50, 60 and 700 minutes.
    ...story({ panel: general }, { elapsedMinutes: 10, workingMinutes: 5 }, survey('contemplated-avoided')),
    ...story({ panel: general }, { elapsedMinutes: 20, workingMinutes: 6 }, survey('contemplated-avoided')),
    ...story(
      { panel: general },
      { elapsedMinutes: 30, workingMinutes: 7 },
      survey('contemplated-still-needed'),
    ),
    ...story({ panel: general }, { elapsedMinutes: 40, workingMinutes: 8 }, survey('no-benefit')),
    // Closed by itself, without a survey.
    ...story({ panel: general }, { elapsedMinutes: 50, workingMinutes: 9 }, { survey: null }),
    // Answered, still open; the last one too late.
    ...story({ panel: general }, { elapsedMinutes: 60, workingMinutes: 10 }),
    ...story({ panel: general }, { elapsedMinutes: 700, workingMinutes: 200, withinTarget: false }),
    // Not answered: overdue, not due yet, cancelled in time, cancelled too late.
    ...story({ panel: general, answerBy: '2025-03-06T17:00:00Z' }),
    ...story({ panel: general, at: '2025-03-20T11:00:00Z', answerBy: '2025-03-24T11:00:00Z' }),
    ...story({ panel: general }, undefined, {
      status: 'cancelled',
      survey: null,
      at: '2025-03-05T10:00:00Z',
    }),
    ...story({ panel: general }, undefined, {
      status: 'cancelled',
      survey: null,
      at: '2025-03-07T10:00:00Z',
    }),
    // February, dermatology: one answered. And one that only people were asked.
    ...story({ panel: skin, at: '2025-02-10T09:00:00Z' }, { elapsedMinutes: 100, workingMinutes: 40 }),
    ...story({ panel: null, at: '2025-02-11T09:00:00Z', answerBy: '2025-02-12T09:00:00Z' }),
    // Another practice's question to the same panel, and one of this practice to another trust's.
    ...story({ practiceId: stranger, panel: general, at: '2025-01-15T09:00:00Z' }),
    ...story({ panel: elsewhere, at: '2025-01-15T09:00:00Z' }),
  ]);
});
afterAll(() => programme.stop());

const none = { n: 0, median: null, low: null, high: null };

describe('an outcome report', () => {
  it('agrees with the figures worked out by hand', async () => {
    const { rows, asOf } = await programme.report(practiceId, { from: '2025-03', to: '2025-03' });
    expect(asOf).toBe('2025-03-20T12:00:00.000Z');
    expect(rows).toEqual([
      {
        panelId: general.panelId,
        month: '2025-03',
        figures: {
          asked: 11,
          answered: 7,
          stillOpen: 4,
          unanswered: 2,
          // The median of a resample of seven is the least value in 1.0 % and at most the second in 11 %, and so from
          // above: the 2.5 % and 97.5 % quantiles are the second and the sixth value.
          elapsedMinutes: { n: 7, median: 40, low: 20, high: 60 },
          workingMinutes: { n: 7, median: 8, low: 6, high: 10 },
          withinTarget: { numerator: 6, denominator: 9 },
          referralsAvoided: { numerator: 2, denominator: 3 },
          surveyed: { numerator: 4, denominator: 5 },
        },
      },
    ]);
  });

  it('has a row per panel and month, questions to people only included, and their total', async () => {
    const { rows, total } = await programme.report(practiceId, { from: '2025-02' });
    expect(rows.map(({ panelId, month, figures }) => [month, panelId, figures.asked])).toEqual([
      ['2025-02', skin.panelId, 1],
      ['2025-02', null, 1],
      ['2025-03', general.panelId, 11],
    ]);
    expect(rows[1]?.figures).toMatchObject({
      elapsedMinutes: none,
      withinTarget: { numerator: 0, denominator: 1 },
    });
    expect(total).toMatchObject({
      asked: 13,
      answered: 8,
      stillOpen: 6,
      unanswered: 3,
      elapsedMinutes: { n: 8, median: 45 },
      withinTarget: { numerator: 7, denominator: 11 },
    });
  });

  it('keeps to one panel when asked to', async () => {
    const { rows, total } = await programme.report(practiceId, { panelId: skin.panelId });
    expect(rows).toHaveLength(1);
    expect(total.asked).toBe(1);
  });

  it('is the same each time', async () => {
    expect(await programme.report(practiceId)).toEqual(await programme.report(practiceId));
  });

  it("shows a trust what its panels were asked, by whichever practice, and not its practices' other questions", async () => {
    const { rows, total } = await programme.report(trustId);
    expect(rows.map(({ panelId, month, figures }) => [month, panelId, figures.asked])).toEqual([
      ['2025-01', general.panelId, 1],
      ['2025-02', skin.panelId, 1],
      ['2025-03', general.panelId, 11],
    ]);
    expect(total.asked).toBe(13);
  });

  it('shows another organisation nothing', async () => {
    const { rows, total, baseline } = await programme.report(randomUUID());
    expect(rows).toEqual([]);
    expect(total).toMatchObject({
      asked: 0,
      elapsedMinutes: none,
      surveyed: { numerator: 0, denominator: 0 },
    });
    expect(baseline).toBeNull();
  });

  it.each(['clinician', 'specialist', 'organisation-admin', 'operator'] as const)(
    'is refused to a %s',
    async (role) => {
      const member = await programme.world.member({ organisationId: practiceId, roles: [role] });
      const request = programme.world.request(outcomeReport, member, { from: '2025-01', to: '2025-12' });
      expect(await refusal(request)).toMatchObject({ code: 'forbidden' });
    },
  );

  it.each([
    { from: '2025-06', to: '2025-05' },
    { from: '0000-01', to: '2025-05' },
    { from: '2025-13', to: '2025-12' },
    { from: "2025-01'--", to: '2025-12' },
  ])('refuses the months $from to $to', async (months) => {
    expect(await refusal(programme.report(practiceId, months))).toMatchObject({ code: 'invalid-input' });
  });
});

describe('the comparison', () => {
  it('sets the cases beside the e-mail line, with denominators', async () => {
    const before = await programme.report(practiceId);
    expect(before.comparison.at(-1)).toContain('No e-mail baseline');

    // Tuesday 9:00; answered after 1 to 7 hours, after a week, never, and never with the day not over.
    const lines = [
      ...[1, 2, 3, 4, 5, 6, 7].map(
        (hours) => `2025-03-04T09:00Z,2025-03-04T${String(9 + hours).padStart(2, '0')}:00Z,made`,
      ),
      '2025-03-04T09:00Z,2025-03-11T09:00Z,avoided',
      '2025-03-04T09:00Z,,none',
      '2025-03-20T11:00Z,,unknown',
    ];
    await programme.world.request(importBaseline, await programme.lead(practiceId), {
      name: 'Advice line 2024',
      csv: ['asked_at,answered_at,referral', ...lines].join('\n'),
    });

    const { baseline, comparison } = await programme.report(practiceId);
    expect(baseline).toMatchObject({
      name: 'Advice line 2024',
      threads: 10,
      answered: 8,
      elapsedMinutes: { n: 8, median: 270 },
      withinOneWorkingDay: { numerator: 7, denominator: 9 },
      referralsAvoided: { numerator: 1, denominator: 8 },
    });
    expect(comparison[0]).toMatch(
      /^Median time to first answer 45 min \(95% interval .+, n = 8\) against 4 h 30 min \(95% interval .+, n = 8\) by e-mail/,
    );
    expect(comparison[1]).toContain('Of 14 cases, 7 are still open, 4 of them without an answer so far');
    expect(comparison[1]).toContain('Of 10 e-mail threads, 2 had no answer.');
    expect(comparison[2]).toContain('7 of 9 threads (77.8%)');
    expect(comparison[3]).toContain(
      '2 of 3 contemplated referrals (66.7%) against 1 of 8 contemplated referrals (12.5%)',
    );
    expect((await programme.report(trustId)).baseline).toBeNull();
  });
});
