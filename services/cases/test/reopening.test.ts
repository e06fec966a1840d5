import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  cancelCase,
  caseActed,
  caseEnded,
  casePosted,
  caseReopened,
  closeCase,
  reopenCase,
} from '@definitivedx/contracts';
import { Clinic, refusal, toMember } from './clinic.js';
import { Courses, day, survey } from './courses.js';

let clinic: Clinic;
let of: Courses;

beforeAll(async () => {
  clinic = await Clinic.open();
  of = new Courses(clinic, await clinic.gp(), await clinic.panel());
});
afterAll(() => clinic.world.stop());

const question = 'The fever is back: what now?';
const reopen = (caseId: string, by = of.gp) => of.does(by, reopenCase, { caseId, question });

describe('reopening a case', () => {
  it('asks again: a post, a responsible specialist, the clock from its beginning, and nothing left to follow up', async () => {
    clinic.world.clock.set('2026-11-23T09:00:00Z');
    const caseId = await of.closed();
    clinic.world.clock.set('2026-11-25T09:00:00Z');
    const reopened = await reopen(caseId);
    expect(reopened).toMatchObject({
      status: 'awaiting-advice',
      responsibleId: of.panel.onCall.memberId,
      // Two working days from now.
      answerBy: '2026-11-26T17:00:00.000Z',
      reopenedAt: '2026-11-25T09:00:00.000Z',
    });
    const found = await clinic.read(of.panel.onCall, caseId);
    expect(found).toMatchObject({
      status: 'awaiting-advice',
      version: reopened.version,
      clock: 'running',
      answerBy: reopened.answerBy,
      endedAt: null,
      endedAs: null,
    });
    expect(found.posts.at(-1)).toMatchObject({ postId: reopened.postId, kind: 'question', body: question });
    expect(await clinic.events(caseReopened, caseId)).toEqual([{ caseId, at: reopened.reopenedAt }]);
    expect((await clinic.events(casePosted, caseId)).at(-1)).toMatchObject({
      postId: reopened.postId,
      responsibleId: of.panel.onCall.memberId,
      status: 'awaiting-advice',
    });
    expect((await clinic.events(caseActed, caseId)).at(-1)).toMatchObject({ act: 'case.reopen' });
    expect((await of.timeline(caseId)).map(({ kind }) => kind).slice(-2)).toEqual([
      'reopened',
      'responsible',
    ]);
    expect(await clinic.rows('select 1 from follow_up where case_id = $1', [caseId])).toEqual([]);
    expect(await of.timers(caseId, 'follow-up')).toEqual([]);
    expect(await clinic.rows(`select 1 from outbox where payload::text like '%fever is back%'`)).toEqual([]);
  });

  it('is exported to who did it without what the other wrote on ending it', async () => {
    const caseId = await of.closed();
    const cover = await of.covering();
    const written = `update ending set reason = 'other', comment = 'Better.' where case_id = $1 returning 1`;
    expect(await clinic.rows(written, [caseId])).toHaveLength(1);
    await reopen(caseId, cover);
    expect(await clinic.exported(of.gp, 'endings', caseId)).toEqual([
      expect.objectContaining({ ended: true, reopened: false, reason: 'other', comment: 'Better.' }),
    ]);
    expect(await clinic.exported(cover, 'endings', caseId)).toEqual([
      expect.objectContaining({ ended: false, reopened: true, reason: null, comment: null }),
    ]);
  });

  it('keeps each survey of a case that is closed twice, also in the same instant', async () => {
    const caseId = await of.closed();
    await reopen(caseId);
    await clinic.post(of.panel.onCall, caseId, 'advice');
    const second = { ...survey, referral: 'contemplated-still-needed', comment: 'A second one.' } as const;
    await of.does(of.gp, closeCase, { caseId, survey: second });

    const surveys = 'select referral, comment from survey where case_id = $1 order by closed_at';
    expect(await clinic.rows(surveys, [caseId])).toEqual([
      { referral: 'contemplated-avoided', comment: null },
      { referral: 'contemplated-still-needed', comment: 'A second one.' },
    ]);
    const ended = await clinic.events(caseEnded, caseId);
    const [reopened] = await clinic.events(caseReopened, caseId);
    expect(ended.map(({ survey: given }) => given?.referral)).toEqual([
      'contemplated-avoided',
      'contemplated-still-needed',
    ]);
    // By these times alone it is known what came first.
    expect(ended[0]!.at < reopened!.at && reopened!.at < ended[1]!.at).toBe(true);
    const turns =
      'select ended_at, reopened_at, reopened_by from ending where case_id = $1 order by ended_at';
    expect(await clinic.rows(turns, [caseId])).toEqual([
      { ended_at: expect.any(Date), reopened_at: expect.any(Date), reopened_by: of.gp.memberId },
      { ended_at: expect.any(Date), reopened_at: null, reopened_by: null },
    ]);
    expect(await of.timers(caseId, 'follow-up')).toHaveLength(1);
    expect(await clinic.wronglyAnswered()).toEqual([]);
  });

  it('can be done for fourteen days, and not a moment longer', async () => {
    const [inTime, tooLate] = [await of.closed(), await of.closed()];
    clinic.world.clock.advance(14 * day);
    await reopen(inTime);
    clinic.world.clock.advance(1);
    expect(await refusal(reopen(tooLate))).toMatchObject({
      code: 'conflict',
      message: expect.stringContaining('within 14 days'),
    });
  });

  it('is for closed cases alone, and for the asking side', async () => {
    const open = await of.advised();
    expect(await refusal(reopen(open))).toMatchObject({ message: expect.stringContaining('is open') });
    const cancelled = await of.asked();
    await of.does(of.gp, cancelCase, { caseId: cancelled, reason: 'other' });
    expect(await refusal(reopen(cancelled))).toMatchObject({
      message: expect.stringContaining('Only a closed case'),
    });
    const closed = await of.closed();
    const stranger = await clinic.gp();
    for (const by of [of.panel.onCall, stranger]) {
      expect(await refusal(reopen(closed, by))).toEqual(await refusal(reopen(randomUUID(), by)));
    }
    for (const text of ['', '   ', 'x'.repeat(20_001)]) {
      expect(await refusal(of.does(of.gp, reopenCase, { caseId: closed, question: text }))).toMatchObject({
        code: 'invalid-input',
        issues: [expect.objectContaining({ path: 'question' })],
      });
    }
  });

  it('chooses anew among those who see it now, and makes the panel that is left the lead', async () => {
    const other = await clinic.panel();
    const specialist = await clinic.specialist();
    const caseId = await of.advised();
    await of.share(caseId, [{ kind: 'panel', panelId: other.panelId }, toMember(specialist)]);
    await of.does(of.gp, closeCase, { caseId, survey });
    const [first] = await clinic.rows<{ grantId: string }>(
      `select grant_id as "grantId" from audience where case_id = $1 and principal = $2`,
      [caseId, of.panel.panelId],
    );
    await of.endShare(caseId, first!.grantId);
    expect(await reopen(caseId)).toMatchObject({ responsibleId: other.onCall.memberId });
    expect((await clinic.read(of.gp, caseId)).leadPanelId).toBe(other.panelId);
    expect(await clinic.wronglyAnswered()).toEqual([]);
  });

  it('is refused when nobody it is shared with could answer, and stays closed', async () => {
    const caseId = await of.closed();
    await of.endPanelShares(caseId);
    expect(await refusal(reopen(caseId))).toMatchObject({
      code: 'conflict',
      message: expect.stringContaining('Nobody this case is shared with'),
    });
    expect((await clinic.read(of.gp, caseId)).status).toBe('closed');
  });

  it('is done once, by whichever of several at once comes first', async () => {
    const caseId = await of.closed();
    const commandId = randomUUID();
    const same = async () =>
      clinic.world.request(reopenCase, await of.gp.caller(), { commandId, caseId, question });
    const outcomes = await Promise.allSettled([same(), same(), reopen(caseId), reopen(caseId)]);
    const done = outcomes.flatMap((one) => (one.status === 'fulfilled' ? [one.value.postId] : []));
    expect(new Set(done).size).toBe(1);
    expect(await clinic.events(caseReopened, caseId)).toHaveLength(1);
    expect(await clinic.wronglyAnswered()).toEqual([]);
  });
});
