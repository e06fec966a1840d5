import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { answered, asked, ended, Programme } from './programme.js';

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
