import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  answered,
  asked,
  ended,
  followUp,
  followUpAsked,
  Programme,
  reopened,
  surveyed,
} from './programme.js';

let programme: Programme;
beforeAll(async () => {
  programme = await Programme.start();
});
afterAll(() => programme.stop());

const orders = [
  [0, 1, 2],
  [0, 2, 1],
  [1, 0, 2],
  [1, 2, 0],
  [2, 0, 1],
  [2, 1, 0],
];

describe('the events of a case', () => {
  it.each(orders)('in the order %d, %d, %d, three times each, make one row', async (...order) => {
    const question = asked();
    const { caseId, practiceId, panel } = question.data;
    const story = [
      question,
      answered(caseId, { recommendation: 'REFERRAL_RECOMMENDED', elapsedMinutes: 90.5 }),
      ended(caseId, {
        survey: { outcome: 'not-useful', referral: 'contemplated-still-needed', valueToPatient: 2 },
      }),
    ];

    // One after the other, so that this really is the order in which they have their effect.
    for (const place of order) await programme.tell([story[place]!], 3);

    expect(await programme.rows('select * from case_fact where case_id = $1', [caseId])).toEqual([
      {
        case_id: caseId,
        practice_id: practiceId,
        panel_id: panel?.panelId,
        panel_organisation_id: panel?.organisationId,
        priority: 'routine',
        intended_action: 'refer',
        asked_at: new Date('2025-03-04T09:00:00Z'),
        answer_by: new Date('2025-03-06T17:00:00Z'),
        asked_month: expect.any(Date),
        first_answer_at: new Date('2025-03-04T11:00:00Z'),
        first_answer_kind: 'advice',
        recommendation: 'REFERRAL_RECOMMENDED',
        elapsed_minutes: 90.5,
        working_minutes: 60,
        within_target: true,
        ended_at: new Date('2025-03-05T10:00:00Z'),
        status: 'closed',
        q1_outcome: 'not-useful',
        q2_referral: 'contemplated-still-needed',
        q3_value_to_patient: 2,
        q4_value_to_provider: null,
        reopened_at: null,
        survey_of: new Date('2025-03-05T10:00:00Z'),
      },
    ]);
  });

  it('count for nobody while it is not known who asked', async () => {
    const question = asked();
    const { caseId, practiceId } = question.data;
    await programme.tell([answered(caseId), ended(caseId)]);
    expect((await programme.report(practiceId)).total.asked).toBe(0);
    await programme.tell([question]);
    expect((await programme.report(practiceId)).total).toMatchObject({ asked: 1, answered: 1, stillOpen: 0 });
  });

  it('belong to the month in which it was asked in Europe/London', async () => {
    const question = asked({ at: '2025-03-31T23:30:00Z' });
    await programme.tell([question]);
    const { rows } = await programme.report(question.data.practiceId);
    expect(rows.map(({ month }) => month)).toEqual(['2025-04']);
  });
});

describe('a case that ends more than once', () => {
  const first = '2025-03-05T10:00:00Z';
  const again = '2025-03-06T10:00:00Z';
  const second = '2025-03-07T10:00:00Z';
  const survey = (referral: 'contemplated-avoided' | 'contemplated-still-needed') => ({
    survey: { outcome: 'confirmed-plan' as const, referral },
  });
  const figures = async (practiceId: string) => (await programme.report(practiceId)).total;

  it.each(orders)('counts by its latest end, in the order %d, %d, %d', async (...order) => {
    const question = asked();
    const { caseId, practiceId } = question.data;
    const story = [
      ended(caseId, { ...survey('contemplated-avoided'), at: first }),
      reopened(caseId, again),
      ended(caseId, { ...survey('contemplated-still-needed'), at: second }),
    ];
    await programme.tell([question]);
    for (const place of order) await programme.tell([story[place]!], 2);
    expect(await figures(practiceId)).toMatchObject({
      stillOpen: 0,
      referralsAvoided: { numerator: 0, denominator: 1 },
      surveyed: { numerator: 1, denominator: 1 },
    });
  });

  it('is open after it was reopened, and its former survey does not count', async () => {
    for (const turned of [false, true]) {
      const question = asked();
      const { caseId, practiceId } = question.data;
      const story = [
        ended(caseId, { ...survey('contemplated-avoided'), at: first }),
        reopened(caseId, again),
      ];
      await programme.tell([question, ...(turned ? story.toReversed() : story)]);
      expect(await figures(practiceId)).toMatchObject({
        stillOpen: 1,
        referralsAvoided: { numerator: 0, denominator: 0 },
        surveyed: { numerator: 0, denominator: 0 },
      });
    }
  });

  it('has its survey missing until it comes, of its latest end alone', async () => {
    const question = asked();
    const { caseId, practiceId } = question.data;
    await programme.tell([question, ended(caseId, { survey: null, at: first })]);
    expect(await figures(practiceId)).toMatchObject({ surveyed: { numerator: 0, denominator: 1 } });
    await programme.tell([surveyed(caseId, first, survey('contemplated-avoided').survey)]);
    expect(await figures(practiceId)).toMatchObject({
      referralsAvoided: { numerator: 1, denominator: 1 },
      surveyed: { numerator: 1, denominator: 1 },
    });
    await programme.tell([reopened(caseId, again), ended(caseId, { survey: null, at: second })]);
    expect(await figures(practiceId)).toMatchObject({
      referralsAvoided: { numerator: 0, denominator: 0 },
      surveyed: { numerator: 0, denominator: 1 },
    });
    // Told before the end it is about, as may happen.
    const other = asked();
    await programme.tell([
      other,
      surveyed(other.data.caseId, first, survey('contemplated-avoided').survey),
      ended(other.data.caseId, { survey: null, at: first }),
    ]);
    expect(await figures(other.data.practiceId)).toMatchObject({
      surveyed: { numerator: 1, denominator: 1 },
    });
  });
});

describe('follow-ups', () => {
  it('count what was asked and answered, each once, in whatever order it is told', async () => {
    const practiceId = randomUUID();
    const panel = { panelId: randomUUID(), organisationId: randomUUID() };
    const cases = [asked({ practiceId, panel }), asked({ practiceId, panel }), asked({ practiceId, panel })];
    const [one, two, three] = cases.map(({ data }) => data.caseId) as [string, string, string];
    await programme.tell(cases);
    await programme.tell([followUpAsked(one, 30), followUpAsked(two, 30), followUpAsked(three, 30)], 3);
    await programme.tell(
      [
        followUp(one, 30, { adviceFollowed: 'yes', outcome: 'well' }),
        followUp(two, 30, { adviceFollowed: 'partly', referredAnyway: true, outcome: 'unknown' }),
        // Before it is told that it was asked.
        followUp(two, 90, { adviceFollowed: 'no', unplannedAttendance: true, outcome: 'worse' }),
      ],
      2,
    );
    await programme.tell([followUpAsked(two, 90)]);
    const expected = [
      {
        day: 30,
        answered: { numerator: 2, denominator: 3 },
        adviceFollowed: { numerator: 1, denominator: 2 },
        advicePartlyFollowed: { numerator: 1, denominator: 2 },
        referredAnyway: { numerator: 1, denominator: 2 },
        unplannedAttendance: { numerator: 0, denominator: 2 },
        wellOrImproved: { numerator: 1, denominator: 1 },
        worse: { numerator: 0, denominator: 1 },
      },
      {
        day: 90,
        answered: { numerator: 1, denominator: 1 },
        adviceFollowed: { numerator: 0, denominator: 1 },
        advicePartlyFollowed: { numerator: 0, denominator: 1 },
        referredAnyway: { numerator: 0, denominator: 1 },
        unplannedAttendance: { numerator: 1, denominator: 1 },
        wellOrImproved: { numerator: 0, denominator: 1 },
        worse: { numerator: 1, denominator: 1 },
      },
    ];
    expect((await programme.report(practiceId)).followUps).toEqual(expected);
    expect((await programme.report(panel.organisationId)).followUps).toEqual(expected);
    const elsewhere = (await programme.report(randomUUID())).followUps;
    expect(elsewhere.map(({ answered }) => answered)).toEqual([
      { numerator: 0, denominator: 0 },
      { numerator: 0, denominator: 0 },
    ]);
  });
});
