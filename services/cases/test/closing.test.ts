import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  caseActed,
  caseEnded,
  closeCase,
  copyToRecord,
  listCases,
  type InputOf,
  type ReplyOf,
} from '@definitivedx/contracts';
import { readCaseCode } from '../src/domain/case-code.js';
import { Clinic, refusal, toMember, toPanel, type Panel, type Person } from './clinic.js';

let clinic: Clinic;
let gp: Person;
let panel: Panel;

beforeAll(async () => {
  clinic = await Clinic.open();
  gp = await clinic.gp();
  panel = await clinic.panel();
});
afterAll(() => clinic.world.stop());

type Survey = InputOf<typeof closeCase>['survey'];
const survey: Survey = {
  outcome: 'new-or-additional-action',
  referral: 'contemplated-avoided',
  valueToPatient: 5,
  comment: 'A zebra of a comment.',
};
const share = async (): Promise<string> => (await clinic.share(gp, clinic.caseFor([toPanel(panel)]))).caseId;
const advised = async (): Promise<string> => {
  const caseId = await share();
  await clinic.post(panel.onCall, caseId, 'advice');
  return caseId;
};
const close = async (
  by: Person,
  caseId: string,
  rest: Partial<InputOf<typeof closeCase>> = {},
): Promise<ReplyOf<typeof closeCase>> =>
  clinic.world.request(closeCase, await by.caller(), { commandId: randomUUID(), caseId, survey, ...rest });
const copy = async (
  by: Person,
  caseId: string,
  commandId: string = randomUUID(),
): Promise<ReplyOf<typeof copyToRecord>> =>
  clinic.world.request(copyToRecord, await by.caller(), { commandId, caseId });

describe('closing a case', () => {
  it('keeps the survey, ends responsibility and tells in codes what came of it', async () => {
    const caseId = await advised();
    clinic.world.clock.advance(60_000);
    const reply = await close(gp, caseId);
    const closedAt = clinic.world.clock.now().toISOString();
    expect(reply).toEqual({ status: 'closed', version: 3, closedAt });
    expect(await clinic.read(panel.onCall, caseId)).toMatchObject({
      status: 'closed',
      responsibleId: null,
      clock: 'stopped',
      answerBy: null,
    });
    const { comment, ...codes } = survey;
    expect(await clinic.events(caseEnded, caseId)).toEqual([
      { caseId, status: 'closed', survey: codes, at: closedAt },
    ]);
    expect((await clinic.events(caseActed, caseId)).at(-1)).toMatchObject({ act: 'case.close' });
    expect(await clinic.rows('select comment from survey where case_id = $1', [caseId])).toEqual([
      { comment },
    ]);
    expect(await clinic.rows(`select 1 from outbox where payload::text like '%zebra%'`)).toEqual([]);
    expect(await clinic.wronglyAnswered()).toEqual([]);
    expect(await refusal(clinic.post(gp, caseId, 'note'))).toMatchObject({ code: 'conflict' });
  });

  it('needs the first two questions of the survey', async () => {
    const caseId = await advised();
    const { outcome, referral } = survey;
    for (const missing of [{ outcome }, { referral }, {}]) {
      const refused = await refusal(close(gp, caseId, { survey: missing as Survey }));
      expect(refused).toMatchObject({ code: 'invalid-input' });
    }
    await close(gp, caseId, { survey: { outcome, referral } });
  });

  it('waits for advice', async () => {
    const caseId = await share();
    const refused = await refusal(close(gp, caseId));
    expect(refused).toMatchObject({ code: 'conflict', message: expect.stringContaining('no advice') });
    await clinic.post(panel.onCall, caseId, 'question');
    expect(await refusal(close(gp, caseId))).toMatchObject({ code: 'conflict' });
  });

  it('has its first reply again for the same command, and is a conflict for another', async () => {
    const caseId = await advised();
    const commandId = randomUUID();
    const replies = await Promise.all([close(gp, caseId, { commandId }), close(gp, caseId, { commandId })]);
    expect(replies[0]).toEqual(replies[1]);
    expect(await refusal(close(gp, caseId))).toMatchObject({ code: 'conflict' });
    expect(await clinic.events(caseEnded, caseId)).toHaveLength(1);
  });

  it('is for its requester alone', async () => {
    const caseId = await advised();
    const unknown = await refusal(close(panel.onCall, randomUUID()));
    expect(await refusal(close(panel.onCall, caseId))).toEqual(unknown);
    expect(await refusal(close(await clinic.gp(), caseId))).toEqual(unknown);
    expect(unknown).toMatchObject({ code: 'not-found' });
  });
});

describe('copying a case to the record', () => {
  it('gives question, advice and code as text without any other identifier, and records that it was taken', async () => {
    clinic.world.clock.set('2026-11-23T09:00:00Z');
    const { caseId, code } = await clinic.share(gp, clinic.caseFor([toPanel(panel)]));
    const before = await copy(gp, caseId);
    expect(before).toMatchObject({ code, adviceId: null });
    expect(before.text).toContain('No advice has been given yet.');

    const recommendation = 'ADVICE_FOLLOWED_BY_REFERRAL_IF_REQUIRED';
    await clinic.post(panel.onCall, caseId, 'advice', { body: 'An earlier opinion.' });
    const { postId } = await clinic.post(panel.lead, caseId, 'advice', { body: 'Watch it.', recommendation });
    const taken = await copy(gp, caseId);
    expect(taken).toMatchObject({ code, adviceId: postId, takenAt: '2026-11-23T09:00:00.000Z' });
    expect(taken.text.split('\n')).toEqual([
      `Advice and guidance through DefinitiveDx, case ${code}`,
      'Question asked 23 November 2026 at 09:00 (routine):',
      'Is this rash worrying?',
      `Advice given 23 November 2026 at 09:00 by a consultant of ${panel.name}:`,
      'Watch it.',
      'Recommendation: Follow the advice, and refer if it is then still required.',
      'Adviser: consultant, GMC 7012345.',
      'Copied 23 November 2026 at 09:00 from version 3 of the case. Times are those of London.',
    ]);
    expect(taken.text).not.toMatch(/[0-9a-f]{8}-[0-9a-f]{4}/i);

    expect((await clinic.events(caseActed, caseId)).at(-1)).toMatchObject({
      act: 'case.record-copy',
      subjectId: postId,
    });
    const copies = 'select advice_id, version from record_copy where case_id = $1 order by taken_at, version';
    expect(await clinic.rows(copies, [caseId])).toEqual([
      { advice_id: null, version: 1 },
      { advice_id: postId, version: 3 },
    ]);
  });

  it('says the same again to a repeat, though the case has moved on, and the ledger has none of its words', async () => {
    const caseId = await advised();
    const commandId = randomUUID();
    const first = await copy(gp, caseId, commandId);
    clinic.world.clock.advance(60_000);
    await clinic.post(panel.onCall, caseId, 'advice', { body: 'Something newer.' });
    expect(await copy(gp, caseId, commandId)).toEqual(first);
    const kept = await clinic.rows<{ reply: object }>('select reply from command where id = $1', [commandId]);
    expect(Object.keys(kept[0]!.reply)).toEqual(['copyId']);
  });

  it('is for its requester alone, and still there once the case is closed', async () => {
    const caseId = await advised();
    expect(await refusal(copy(panel.onCall, caseId))).toEqual(
      await refusal(copy(panel.onCall, randomUUID())),
    );
    await close(gp, caseId);
    expect((await copy(gp, caseId)).text).toContain('Some words.');
  });
});

describe('the code of a case', () => {
  it('is the same wherever the case is read, and finds it, however it was written down', async () => {
    const { caseId, code } = await clinic.share(gp, clinic.caseFor([toPanel(panel)]));
    expect(readCaseCode(code)).toBe(code);
    expect(await clinic.read(panel.onCall, caseId)).toMatchObject({ code });
    const find = async (by: Person, typed: string) =>
      clinic.world.request(listCases, await by.caller(), { code: typed, limit: 1 });
    for (const typed of [code, code.toLowerCase(), code.slice(3).replace('-', ' ')]) {
      for (const reader of [gp, panel.onCall]) {
        const { cases, nextCursor } = await find(reader, typed);
        expect(cases).toEqual([expect.objectContaining({ caseId, code })]);
        expect(nextCursor).toBeNull();
      }
    }
    expect(await find(await clinic.gp(), code)).toMatchObject({ cases: [], nextCursor: null });
    const swapped = code.slice(0, 3) + code[4]! + code[3]! + code.slice(5);
    if (code[3] !== code[4]) {
      expect(await refusal(find(gp, swapped))).toMatchObject({ code: 'invalid-input' });
    }
  });

  it('is drawn at random, right each time, and again when it is taken', async () => {
    const drawn = await clinic.rows<{ code: string }>(
      'select draw_case_code() as code from generate_series(1, 5000)',
    );
    expect(drawn.filter(({ code }) => readCaseCode(code) !== code)).toEqual([]);
    expect(new Set(drawn.map(({ code }) => code)).size).toBe(5_000);
    // Every symbol comes up at every place, the last included.
    for (const place of [3, 4, 5, 6, 8, 9, 10, 11]) {
      expect(new Set(drawn.map(({ code }) => code[place])).size).toBe(32);
    }

    const { code: taken } = await clinic.share(gp, clinic.caseFor([toPanel(panel)]));
    await clinic.rows('create sequence draws');
    await clinic.rows('alter function draw_case_code() rename to draw_freely');
    await clinic.rows(`
      create function draw_case_code() returns text language sql volatile as
        $$ select case when nextval('draws') <= 3 then '${taken}' else draw_freely() end $$`);
    const { code } = await clinic.share(gp, clinic.caseFor([toMember(panel.lead)]));
    expect(code).not.toBe(taken);
    expect(readCaseCode(code)).toBe(code);
    expect(await clinic.rows(`select last_value::int as draws from draws`)).toEqual([{ draws: 4 }]);
  });
});
