import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  caseConsulted,
  changeLeadPanel,
  closePanel,
  consultPanel,
  defaultPanelTerms,
  responseOverdue,
  shareFurther,
  type ReplyOf,
} from '@definitivedx/contracts';
import { until } from '@definitivedx/testing';
import { Clinic, refusal, toMember, toPanel, type Panel, type Person } from './clinic.js';

let clinic: Clinic;
let gp: Person;
let admin: Person;
let panel: Panel;
let cardiology: Panel;

/** Monday morning, when the panels are open. */
const monday = '2026-11-23T10:00:00.000Z';

beforeAll(async () => {
  clinic = await Clinic.open();
  gp = await clinic.gp();
  admin = await clinic.trustAdministrator();
  panel = await clinic.panel();
  // Open in the afternoon, and answering within two hours.
  const hours = [1, 2, 3, 4, 5].map((weekday) => ({ weekday, start: '14:00', end: '16:00' }));
  cardiology = await clinic.panel({ terms: { ...defaultPanelTerms, hours, routineWorkingDays: 1 } });
});
afterAll(() => clinic.world.stop());

const share = async (...panels: Panel[]): Promise<string> => {
  clinic.world.clock.set(monday);
  const audience = (panels.length === 0 ? [panel] : panels).map(toPanel);
  return (await clinic.share(gp, clinic.caseFor(audience))).caseId;
};
const consult = async (
  by: Person,
  caseId: string,
  of = cardiology,
  rest: object = {},
): Promise<ReplyOf<typeof consultPanel>> =>
  clinic.world.request(consultPanel, await by.caller(), {
    commandId: randomUUID(),
    caseId,
    panelId: of.panelId,
    question: 'Is the zebra innocent?',
    ...rest,
  });
const lead = async (by: Person, caseId: string, of: Panel): Promise<ReplyOf<typeof changeLeadPanel>> =>
  clinic.world.request(changeLeadPanel, await by.caller(), {
    commandId: randomUUID(),
    caseId,
    panelId: of.panelId,
  });

describe('asking another panel in', () => {
  it('opens the case to it, with a question and a clock of its own', async () => {
    const caseId = await share();
    expect(await refusal(clinic.read(cardiology.onCall, caseId))).toMatchObject({ code: 'not-found' });
    const commandId = randomUUID();
    const reply = await consult(gp, caseId, cardiology, { commandId });
    expect(reply.answerBy).toBe('2026-11-23T16:00:00.000Z');
    expect(await consult(gp, caseId, cardiology, { commandId })).toEqual(reply);

    const found = await clinic.read(cardiology.onCall, caseId);
    expect(found).toMatchObject({
      leadPanelId: panel.panelId,
      responsibleId: panel.onCall.memberId,
      plan: null,
    });
    expect(found.panels).toEqual([
      expect.objectContaining({ panelId: panel.panelId, part: 'lead', answerBy: '2026-11-25T10:00:00.000Z' }),
      {
        panelId: cardiology.panelId,
        part: 'consulted',
        question: 'Is the zebra innocent?',
        askedBy: gp.memberId,
        askedAt: monday,
        clock: 'running',
        answerBy: reply.answerBy,
        overdue: false,
        ended: null,
        advice: [],
      },
    ]);
    expect(await clinic.events(caseConsulted, caseId)).toEqual([
      expect.objectContaining({ panelId: cardiology.panelId, answerBy: reply.answerBy }),
    ]);
    expect(await clinic.rows(`select 1 from outbox where payload::text like '%zebra%'`)).toEqual([]);
  });

  it('is for the asking side, and for the responsible specialist where the panel sees the case', async () => {
    const caseId = await share();
    expect(await refusal(consult(panel.lead, caseId))).toMatchObject({ code: 'forbidden' });
    const refused = await refusal(consult(panel.onCall, caseId));
    expect(refused).toMatchObject({ code: 'forbidden', message: expect.stringContaining('asking side') });
    expect(await refusal(clinic.read(cardiology.onCall, caseId))).toMatchObject({ code: 'not-found' });

    const both = await share(panel, cardiology);
    await consult(panel.onCall, both);
    expect(await refusal(consult(gp, both))).toMatchObject({
      code: 'conflict',
      message: expect.stringContaining('already'),
    });
    const stranger = await clinic.specialist();
    expect(await refusal(consult(stranger, both))).toEqual(await refusal(consult(stranger, randomUUID())));
  });

  it('is refused for the panel that leads, for one that takes no cases, for people alone, and once it has ended', async () => {
    const caseId = await share();
    expect(await refusal(consult(gp, caseId, panel))).toMatchObject({ code: 'conflict' });
    const closed = await clinic.panel();
    await clinic.world.request(closePanel, await admin.caller(), { panelId: closed.panelId });
    expect(await refusal(consult(gp, caseId, closed))).toMatchObject({
      code: 'invalid-input',
      issues: [{ path: 'panelId' }],
    });
    const alone = await clinic.share(gp, clinic.caseFor([toMember(panel.lead)]));
    expect(await refusal(consult(gp, alone.caseId))).toMatchObject({ code: 'conflict' });
    for (const question of ['', '  ', 'x'.repeat(4_001)]) {
      expect(await refusal(consult(gp, caseId, cardiology, { question }))).toMatchObject({
        code: 'invalid-input',
        issues: [{ path: 'question' }],
      });
    }
  });
});

describe('the advice of a consulted panel', () => {
  it('ends its own clock, is no plan, and leaves status and clock of the case to the panel that leads', async () => {
    const caseId = await share();
    await consult(gp, caseId);
    const { postId: theirs } = await clinic.post(cardiology.onCall, caseId, 'advice');
    const asked = await clinic.read(gp, caseId);
    expect(asked).toMatchObject({ status: 'awaiting-advice', clock: 'running', plan: null });
    expect(asked.panels[1]).toMatchObject({
      clock: 'stopped',
      answerBy: null,
      ended: 'answered',
      advice: [theirs],
    });

    const { postId: plan } = await clinic.post(panel.onCall, caseId, 'advice');
    expect(await clinic.read(gp, caseId)).toMatchObject({ status: 'advice-given', plan });
    // What the consulted panel adds later is no plan either.
    const { postId: more } = await clinic.post(cardiology.lead, caseId, 'advice');
    const after = await clinic.read(gp, caseId);
    expect(after.plan).toBe(plan);
    expect(after.panels[1]?.advice).toEqual([theirs, more]);
    const { postId: newer } = await clinic.post(panel.lead, caseId, 'advice');
    expect((await clinic.read(gp, caseId)).plan).toBe(newer);
  });

  it('supersedes its own alone, and never the plan', async () => {
    const other = await clinic.panel();
    const caseId = await share();
    for (const asked of [cardiology, other]) await consult(gp, caseId, asked);
    const { postId: plan } = await clinic.post(panel.onCall, caseId, 'advice', {
      recommendation: 'ATTEND_NOW',
    });
    const { postId: theirs } = await clinic.post(cardiology.onCall, caseId, 'advice');
    const { postId: others } = await clinic.post(other.onCall, caseId, 'advice');
    for (const supersedes of [plan, others]) {
      expect(await refusal(clinic.post(cardiology.onCall, caseId, 'advice', { supersedes }))).toMatchObject({
        code: 'invalid-input',
        issues: [{ path: 'supersedes' }],
      });
    }
    const { postId: newer } = await clinic.post(cardiology.lead, caseId, 'advice', { supersedes: theirs });
    const found = await clinic.read(gp, caseId);
    expect(found).toMatchObject({ status: 'advice-given', plan });
    expect(found.panels.find(({ panelId }) => panelId === cardiology.panelId)?.advice).toEqual([
      theirs,
      newer,
    ]);
    expect(await clinic.timers(caseId)).toContain('attend-now');
    // The panel that leads may put its own word in the place of theirs.
    await clinic.post(panel.onCall, caseId, 'advice', { supersedes: newer });
  });

  it('is the plan of who answers for the case, whatever panels they are in', async () => {
    const both = await clinic.panel({ lead: cardiology.lead, onCall: panel.onCall });
    const caseId = await share(both);
    await consult(gp, caseId);
    const { postId } = await clinic.post(cardiology.lead, caseId, 'advice');
    expect(await clinic.read(gp, caseId)).toMatchObject({ status: 'advice-given', plan: postId });
  });

  it('may be asked back: its clock waits for the asking side, and that of the case goes on', async () => {
    const caseId = await share();
    await consult(gp, caseId);
    clinic.world.clock.set('2026-11-23T15:00:00.000Z');
    await clinic.post(cardiology.onCall, caseId, 'question');
    const paused = await clinic.read(gp, caseId);
    expect(paused).toMatchObject({ status: 'awaiting-advice', clock: 'running' });
    expect(paused.panels[1]).toMatchObject({ clock: 'paused' });
    clinic.world.clock.set('2026-11-24T14:30:00.000Z');
    await clinic.post(gp, caseId, 'note');
    expect((await clinic.read(gp, caseId)).panels[1]).toMatchObject({ clock: 'paused' });
    await clinic.post(gp, caseId, 'information');
    expect((await clinic.read(gp, caseId)).panels[1]).toMatchObject({
      clock: 'running',
      answerBy: '2026-11-24T15:30:00.000Z',
    });
  });

  it('may be late, which is told once', async () => {
    const caseId = await share();
    const { consultationId, answerBy } = await consult(gp, caseId);
    const other = await share();
    await clinic.post(panel.onCall, other, 'advice');
    clinic.world.clock.set(answerBy);
    clinic.world.clock.advance(1_000);
    const late = await until(async () => (await clinic.events(responseOverdue, caseId))[0], 'the breach');
    expect(late).toMatchObject({ consultationId, panelId: cardiology.panelId, dueAt: answerBy });
    expect((await clinic.read(gp, caseId)).panels.map(({ overdue }) => overdue)).toEqual([false, true]);

    clinic.world.clock.set('2026-11-25T10:00:01.000Z');
    await until(async () => (await clinic.events(responseOverdue, caseId)).length === 2, 'the second breach');
    expect(await clinic.read(gp, caseId)).toMatchObject({ overdue: true });
    const [, second] = await clinic.events(responseOverdue, caseId);
    expect(second).toMatchObject({
      consultationId: null,
      panelId: panel.panelId,
      dueAt: '2026-11-25T10:00:00.000Z',
    });
    expect(await clinic.events(responseOverdue, other)).toEqual([]);
    expect((await clinic.timeline(gp, caseId)).filter(({ kind }) => kind === 'overdue')).toHaveLength(2);
    // A pause and a resumption do not make it late a second time.
    await clinic.post(panel.onCall, caseId, 'question');
    await clinic.post(gp, caseId, 'information');
    await until(async () => !(await clinic.timers(caseId)).includes('overdue'), 'the timer used up');
    expect(await clinic.events(responseOverdue, caseId)).toHaveLength(2);
  });

  it('is awaited no more once the panel has closed, or the case ended', async () => {
    const gone = await clinic.panel();
    const caseId = await share();
    await consult(gp, caseId, gone);
    await clinic.world.request(closePanel, await admin.caller(), { panelId: gone.panelId });
    await until(
      async () => (await clinic.read(gp, caseId)).panels[1]?.ended === 'panel-gone',
      'the consultation ended',
    );
    expect((await clinic.timeline(gp, caseId)).at(-1)).toMatchObject({
      kind: 'consultation-ended',
      subjectId: gone.panelId,
    });
    expect(await clinic.timers(caseId)).not.toContain('consultation-overdue');
  });
});

describe('another panel leads', () => {
  it('has its doctor answer from then on, by when the answer was promised', async () => {
    const caseId = await share(panel, cardiology);
    await consult(gp, caseId);
    const before = await clinic.read(gp, caseId);
    clinic.world.clock.advance(3_600_000);
    const reply = await lead(panel.onCall, caseId, cardiology);
    expect(reply).toMatchObject({
      leadPanelId: cardiology.panelId,
      responsibleId: cardiology.onCall.memberId,
    });
    const after = await clinic.read(gp, caseId);
    expect(after).toMatchObject({
      leadPanelId: cardiology.panelId,
      clock: 'running',
      answerBy: before.answerBy,
      acknowledged: false,
    });
    expect(after.panels).toEqual([
      expect.objectContaining({ panelId: cardiology.panelId, part: 'lead' }),
      expect.objectContaining({ panelId: cardiology.panelId, part: 'consulted', ended: 'leads-now' }),
    ]);
    // Its advice is the plan now, and that of the panel that led is not lost.
    const { postId } = await clinic.post(cardiology.lead, caseId, 'advice');
    expect(await clinic.read(gp, caseId)).toMatchObject({ status: 'advice-given', plan: postId });
    expect(await clinic.wronglyAnswered()).toEqual([]);
  });

  it('is said by the asking side and the responsible specialist, of a panel that sees the case', async () => {
    const caseId = await share();
    expect(await refusal(lead(gp, caseId, cardiology))).toMatchObject({
      code: 'invalid-input',
      issues: [{ path: 'panelId' }],
    });
    const more = { commandId: randomUUID(), caseId, audience: [toPanel(cardiology)] };
    await clinic.world.request(shareFurther, await gp.caller(), more);
    expect(await refusal(lead(panel.lead, caseId, cardiology))).toMatchObject({ code: 'forbidden' });
    expect(await lead(gp, caseId, cardiology)).toMatchObject({ responsibleId: cardiology.onCall.memberId });
    // Saying it again changes nothing.
    const { version } = await clinic.read(gp, caseId);
    expect(await lead(gp, caseId, cardiology)).toMatchObject({ version });
    const stranger = await clinic.specialist();
    expect(await refusal(lead(stranger, caseId, panel))).toEqual(
      await refusal(lead(stranger, randomUUID(), panel)),
    );
  });

  it('is not said any more by a delegate whose share ended after access had allowed it', async () => {
    const delegate = await clinic.gp();
    const entry = { ...toMember(delegate), control: true, reason: 'On leave' } as ReturnType<typeof toMember>;
    const audience = [toPanel(panel), toPanel(cardiology), entry];
    const { caseId } = await clinic.share(gp, clinic.caseFor(audience));
    // Stands for a revoke that was answered between the word of access and the reading of the version.
    const drop = 'delete from audience where case_id = $1 and principal = $2';
    await clinic.rows(drop, [caseId, delegate.memberId]);
    expect(await refusal(lead(delegate, caseId, cardiology))).toMatchObject({ code: 'not-found' });
    expect(await clinic.read(gp, caseId)).toMatchObject({
      leadPanelId: panel.panelId,
      responsibleId: panel.onCall.memberId,
    });
  });
});
