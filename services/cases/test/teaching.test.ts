import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  anonymisationDuty,
  caseActed,
  caseTeaching,
  changeSettings,
  endTeaching,
  flagCase,
  getTeaching,
  listTeaching,
  offerForTeaching,
  reopenCase,
  type InputOf,
} from '@definitivedx/contracts';
import { until } from '@definitivedx/testing';
import { Clinic, refusal, type Person } from './clinic.js';
import { Courses, day } from './courses.js';

let clinic: Clinic;
let of: Courses;

const turnTeaching = async (on: boolean): Promise<void> => {
  const admin = await (await clinic.administrator()).caller();
  await clinic.world.request(changeSettings, admin, { teaching: on });
};

beforeAll(async () => {
  clinic = await Clinic.open();
  of = new Courses(clinic, await clinic.gp(), await clinic.panel());
});
afterAll(() => clinic.world.stop());

const { version, hash } = anonymisationDuty;
const texts = {
  question: 'A toddler with a rash and fever: when to worry?',
  course: 'It was viral. Watching and fluids were enough.',
  learningPoint: 'A rash that fades under pressure is rarely the dangerous one.',
};
type Offer = Partial<Omit<InputOf<typeof offerForTeaching>, 'commandId' | 'caseId'>>;
const offer = (caseId: string, by = of.gp, rest: Offer = {}) =>
  of.does(by, offerForTeaching, { caseId, attestation: { version, hash }, ...texts, ...rest });
const read = async (by: Person, teachingId: string) =>
  clinic.world.request(getTeaching, await by.caller(), { teachingId });
const ofCase = async (by: Person, caseId: string) =>
  clinic.world.request(caseTeaching, await by.caller(), { caseId });

describe('a case for teaching', () => {
  it('is off until the organisation turns it on', async () => {
    const caseId = await of.closed();
    expect(await refusal(offer(caseId))).toMatchObject({
      code: 'forbidden',
      message: expect.stringContaining('has not turned on teaching'),
    });
    await turnTeaching(true);
    const { teachingId } = await offer(caseId);
    await turnTeaching(false);
    expect(await refusal(offer(await of.closed()))).toMatchObject({ code: 'forbidden' });
    // And takes back what was offered.
    await until(async () => (await ofCase(of.gp, caseId)).offered === null, 'the offer ended');
    expect(await refusal(read(of.gp, teachingId))).toMatchObject({ code: 'not-found' });
    expect(await clinic.rows('select 1 from teaching where id = $1', [teachingId])).toEqual([]);
    expect((await of.timeline(caseId)).at(-1)).toEqual({
      kind: 'teaching-ended',
      actor_id: null,
      detail: { why: 'turned-off' },
    });
    await turnTeaching(true);
  });

  it('is read by every member, in its own words, with next to nothing of the case', async () => {
    const caseId = await of.asked({ ageBand: '2-5 years' });
    await clinic.post(of.panel.onCall, caseId, 'advice');
    clinic.world.clock.advance(5 * day);
    await of.closes(caseId);
    const { teachingId } = await offer(caseId);
    const stranger = await clinic.specialist();
    const shown = await read(stranger, teachingId);
    expect(shown).toEqual({ teachingId, ...texts, age: 'toddler', duration: 'some days' });
    // Drawn at random, and so not by time.
    expect(teachingId).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4/);

    const { code, organisationId } = await clinic.read(of.gp, caseId);
    const row = await clinic.rows<{ text: string }>(
      'select to_jsonb(t)::text as text from teaching t where id = $1',
      [teachingId],
    );
    for (const trace of [caseId, code, organisationId, of.gp.memberId, of.panel.panelId, '2-5', '20']) {
      expect(row[0]!.text.replace(teachingId, '')).not.toContain(trace);
    }
    expect((await clinic.events(caseActed, caseId)).at(-1)).toMatchObject({
      act: 'case.teaching-offer',
      subjectId: null,
    });
    expect((await of.timeline(caseId)).at(-1)).toEqual({
      kind: 'offered-for-teaching',
      actor_id: of.gp.memberId,
      detail: {},
    });
    const leaks = `select 1 from outbox where payload::text like '%' || $1 || '%'`;
    expect(await clinic.rows(leaks, [teachingId])).toEqual([]);
  });

  it('leads to its case for the asking side alone', async () => {
    const caseId = await of.closed();
    expect(await ofCase(of.gp, caseId)).toEqual({ offered: null });
    const { teachingId, offeredAt } = await offer(caseId);
    const cover = await of.covering();
    for (const by of [of.gp, cover]) {
      expect(await ofCase(by, caseId)).toEqual({ offered: { teachingId, offeredAt } });
    }
    for (const by of [of.panel.onCall, await clinic.gp()]) {
      expect(await refusal(ofCase(by, caseId))).toEqual(await refusal(ofCase(by, randomUUID())));
    }
    expect(await clinic.read(of.panel.onCall, caseId)).not.toHaveProperty('teaching');
    await of.does(of.gp, endTeaching, { caseId });
    const told = async (by: Person) => (await clinic.timeline(by, caseId)).map(({ kind }) => kind);
    const ofTeaching = ['offered-for-teaching', 'teaching-ended'];
    for (const by of [of.gp, cover]) expect(await told(by)).toEqual(expect.arrayContaining(ofTeaching));
    const others = await told(of.panel.onCall);
    expect(others).toEqual((await told(of.gp)).filter((kind) => !ofTeaching.includes(kind)));
  });

  it('is offered by who asked it, once it is closed, once, under the text in force', async () => {
    const [open, closed] = [await of.advised(), await of.closed()];
    expect(await refusal(offer(open))).toMatchObject({
      message: expect.stringContaining('once it is closed'),
    });
    expect(await refusal(offer(closed, await of.covering()))).toMatchObject({ code: 'forbidden' });
    expect(await refusal(offer(closed, of.panel.onCall))).toMatchObject({ code: 'not-found' });
    const another = { attestation: { version, hash: '0'.repeat(64) } };
    expect(await refusal(offer(closed, of.gp, another))).toMatchObject({ code: 'conflict' });
    await offer(closed);
    expect(await refusal(offer(closed))).toMatchObject({ message: expect.stringContaining('already') });
  });

  it('takes no text that holds a case code, nor an empty one, and names the field', async () => {
    const caseId = await of.closed();
    const { code } = await clinic.read(of.gp, caseId);
    const other = (await clinic.read(of.gp, await of.closed())).code;
    for (const text of [code, code.slice(3).replace('-', ' ').toLowerCase(), `see (${other})`, '', ' ']) {
      for (const field of ['question', 'course', 'learningPoint'] as const) {
        expect(await refusal(offer(caseId, of.gp, { [field]: text }))).toMatchObject({
          code: 'invalid-input',
          issues: [expect.objectContaining({ path: field })],
        });
      }
    }
    expect(await ofCase(of.gp, caseId)).toEqual({ offered: null });
  });

  it('can be taken back, and is then nowhere; offered again it is another', async () => {
    const caseId = await of.closed();
    const { teachingId } = await offer(caseId);
    expect(await refusal(of.does(of.panel.onCall, endTeaching, { caseId }))).toMatchObject({
      code: 'not-found',
    });
    await of.does(of.gp, endTeaching, { caseId });
    expect(await refusal(read(of.gp, teachingId))).toEqual(await refusal(read(of.gp, randomUUID())));
    expect(await clinic.rows('select 1 from teaching where id = $1', [teachingId])).toEqual([]);
    expect(await refusal(of.does(of.gp, endTeaching, { caseId }))).toMatchObject({ code: 'conflict' });
    expect((await offer(caseId)).teachingId).not.toBe(teachingId);
  });

  it('is never a flagged one: a flag takes it out, and so does reopening', async () => {
    const [flagged, reopened] = [await of.closed(), await of.closed()];
    const taught = [await offer(flagged), await offer(reopened)];
    await of.endPanelShares(flagged);
    await of.does(of.gp, flagCase, { caseId: flagged, kind: 'safeguarding' });
    await of.does(of.gp, reopenCase, { caseId: reopened, question: 'Again?' });
    for (const { teachingId } of taught) {
      expect(await refusal(read(of.gp, teachingId))).toMatchObject({ code: 'not-found' });
    }
    expect(await refusal(offer(flagged))).toMatchObject({
      code: 'conflict',
      message: expect.stringContaining('flagged'),
    });
    expect((await of.timeline(flagged)).map(({ kind }) => kind).slice(-2)).toEqual([
      'teaching-ended',
      'flagged',
    ]);
  });

  it('is listed page by page', async () => {
    for (let count = 0; count < 3; count += 1) await offer(await of.closed());
    const as = await (await clinic.specialist()).caller();
    const all = await clinic.world.request(listTeaching, as, { limit: 100 });
    const ids: string[] = [];
    let cursor: string | undefined;
    do {
      const page = await clinic.world.request(listTeaching, as, { limit: 2, ...(cursor && { cursor }) });
      ids.push(...page.cases.map(({ teachingId }) => teachingId));
      cursor = page.nextCursor ?? undefined;
    } while (cursor !== undefined);
    expect(ids.length).toBeGreaterThan(2);
    expect(ids).toEqual(all.cases.map(({ teachingId }) => teachingId));
  });
});
