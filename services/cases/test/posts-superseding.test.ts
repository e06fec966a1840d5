import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { assignDuty } from '@definitivedx/contracts';
import { until } from '@definitivedx/testing';
import { Clinic, refusal, toPanel, type Panel, type Person } from './clinic.js';
import { Discussing } from './discussing.js';

let clinic: Clinic;
let discussing: Discussing;
let gp: Person;
let panel: Panel;

beforeAll(async () => {
  clinic = await Clinic.open();
  discussing = new Discussing(clinic);
  gp = await clinic.gp();
  panel = await clinic.panel();
});
afterAll(() => clinic.world.stop());

const advised = async (): Promise<{ caseId: string; first: string }> => {
  const { caseId } = await clinic.share(gp, clinic.caseFor([toPanel(panel)]));
  const { postId } = await clinic.post(panel.onCall, caseId, 'advice', { body: 'Wait.' });
  return { caseId, first: postId };
};
const supersede = async (by: Person, caseId: string, supersedes: string): Promise<string> =>
  (await clinic.post(by, caseId, 'advice', { body: 'Do not wait.', supersedes })).postId;
/** Puts people on the practice's cover list, or takes all off it. */
const putOnCover = async (...covering: readonly Person[]): Promise<void> => {
  const memberIds = covering.map(({ memberId }) => memberId);
  const admin = await (await clinic.administrator()).caller();
  await clinic.world.request(assignDuty, admin, { duty: 'cover', memberIds });
};
const owed = async (by: Person, caseId: string): Promise<string[]> =>
  (await clinic.read(by, caseId)).toAcknowledge;

describe('advice that is superseded', () => {
  it('stays readable and leads to what replaced it', async () => {
    const { caseId, first } = await advised();
    const second = await supersede(panel.lead, caseId, first);
    expect(await discussing.seen(gp, caseId, first)).toMatchObject({
      body: 'Wait.',
      supersededBy: second,
      supersedes: null,
    });
    expect(await discussing.seen(gp, caseId, second)).toMatchObject({
      supersedes: first,
      supersededBy: null,
    });
    expect(await discussing.happened(caseId, 'advice-superseded')).toEqual([
      ['advice-superseded', panel.lead.memberId, first],
    ]);
  });

  it('was in force, in this case, and advice', async () => {
    const { caseId, first } = await advised();
    const elsewhere = await advised();
    const { postId: question } = await clinic.post(panel.onCall, caseId, 'question');
    for (const wrong of [elsewhere.first, question]) {
      expect(await refusal(supersede(panel.onCall, caseId, wrong))).toMatchObject({
        code: 'invalid-input',
        issues: [{ path: 'supersedes', message: expect.any(String) }],
      });
    }
    const second = await supersede(panel.onCall, caseId, first);
    expect(await refusal(supersede(panel.onCall, caseId, first))).toMatchObject({ code: 'conflict' });
    await discussing.withdraw(panel.onCall, caseId, second);
    expect(await refusal(supersede(panel.onCall, caseId, second))).toMatchObject({ code: 'conflict' });
    expect(await refusal(clinic.post(gp, caseId, 'note', { supersedes: first }))).toMatchObject({
      code: 'invalid-input',
      issues: [{ path: 'supersedes', message: expect.any(String) }],
    });
  });

  it('is superseded once by two who do so at the same time', async () => {
    const { caseId, first } = await advised();
    const results = await Promise.allSettled(
      [panel.onCall, panel.lead].map((by) => supersede(by, caseId, first)),
    );
    expect(results.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    expect((await clinic.read(gp, caseId)).posts).toHaveLength(2);
  });

  it('keeps the case from closing until who read it has acknowledged the new', async () => {
    const { caseId, first } = await advised();
    await discussing.mark(gp, caseId, 1);
    const second = await supersede(panel.lead, caseId, first);
    expect(await owed(gp, caseId)).toEqual([second]);
    expect(await owed(panel.onCall, caseId)).toEqual([]);
    expect(await refusal(discussing.close(gp, caseId))).toMatchObject({
      code: 'conflict',
      message: expect.stringContaining('acknowledge'),
    });
    // Reading it is not enough.
    await discussing.mark(gp, caseId, 2);
    expect(await refusal(discussing.close(gp, caseId))).toMatchObject({ code: 'conflict' });
    expect(await refusal(discussing.acknowledge(gp, caseId, first))).toMatchObject({ code: 'conflict' });
    const at = clinic.world.clock.now().toISOString();
    const given = await discussing.acknowledge(gp, caseId, second);
    expect(given).toEqual({ postId: second, understood: false, acknowledgedAt: at });
    expect(await owed(gp, caseId)).toEqual([]);
    expect(await discussing.close(gp, caseId)).toMatchObject({ status: 'closed' });
  });

  it('counts as read by who copied it, and for nothing with who never saw it', async () => {
    const copied = await advised();
    await discussing.copy(gp, copied.caseId);
    await supersede(panel.onCall, copied.caseId, copied.first);
    expect(await refusal(discussing.close(gp, copied.caseId))).toMatchObject({ code: 'conflict' });

    const unseen = await advised();
    await supersede(panel.onCall, unseen.caseId, unseen.first);
    await discussing.mark(gp, unseen.caseId, 2);
    expect(await owed(gp, unseen.caseId)).toEqual([]);
    await discussing.close(gp, unseen.caseId);
  });

  it('counts as read by whose mark came just after it was superseded', async () => {
    const { caseId, first } = await advised();
    const second = await supersede(panel.onCall, caseId, first);
    const third = await supersede(panel.onCall, caseId, second);
    await discussing.mark(gp, caseId, 1);
    expect(await owed(gp, caseId)).toEqual([third]);
    expect(await refusal(discussing.close(gp, caseId))).toMatchObject({ code: 'conflict' });
    await discussing.acknowledge(gp, caseId, third);
    await discussing.close(gp, caseId);
  });

  it('superseded again leaves only the last to acknowledge', async () => {
    const { caseId, first } = await advised();
    await discussing.mark(gp, caseId, 1);
    const second = await supersede(panel.onCall, caseId, first);
    const third = await supersede(panel.lead, caseId, second);
    expect(await owed(gp, caseId)).toEqual([third]);
    await discussing.acknowledge(gp, caseId, third);
    const fourth = await supersede(panel.lead, caseId, third);
    expect(await owed(gp, caseId)).toEqual([fourth]);
    await discussing.acknowledge(gp, caseId, fourth, { understood: true });
    await discussing.close(gp, caseId);
  });

  it('is acknowledged by each of the asking side who read it', async () => {
    const { caseId, first } = await advised();
    const cover = await clinic.gp();
    await putOnCover(cover);
    await discussing.mark(gp, caseId, 1);
    await discussing.mark(cover, caseId, 1);
    await discussing.mark(panel.lead, caseId, 1);
    const second = await supersede(panel.onCall, caseId, first);
    await discussing.acknowledge(gp, caseId, second);
    expect(await refusal(discussing.close(gp, caseId))).toMatchObject({ code: 'conflict' });
    // Who may not see the case any more cannot acknowledge it, and keeps nobody waiting.
    await putOnCover();
    expect(await discussing.close(gp, caseId)).toMatchObject({ status: 'closed' });
  });
});

describe('a case left alone', () => {
  it('does not close by itself before what superseded the advice is acknowledged', async () => {
    const { world } = clinic;
    const day = 24 * 60 * 60_000;
    const { caseId, first } = await advised();
    await discussing.mark(gp, caseId, 1);
    const second = await supersede(panel.onCall, caseId, first);
    await discussing.mark(gp, caseId, 2);
    world.clock.advance(14 * day);
    const timer = `select due_at as "dueAt" from timer where case_id = $1 and kind = 'self-close' and subject_id = $2`;
    await until(async () => {
      const [armed] = await clinic.rows<{ dueAt: Date }>(timer, [caseId, second]);
      return armed !== undefined && armed.dueAt > world.clock.now();
    }, 'its timer to be put off');
    expect(await clinic.read(gp, caseId)).toMatchObject({ status: 'advice-given' });
    await discussing.acknowledge(gp, caseId, second);
    world.clock.advance(day);
    const closed = async (): Promise<boolean> => (await clinic.read(gp, caseId)).status === 'closed';
    await until(closed, 'the case to close by itself');
  });
});

describe('advice that is withdrawn', () => {
  it('has who read it acknowledge that, and not understand it', async () => {
    const { caseId, first } = await advised();
    await discussing.mark(gp, caseId, 1);
    await discussing.withdraw(panel.onCall, caseId, first);
    expect(await owed(gp, caseId)).toEqual([first]);
    await clinic.post(panel.lead, caseId, 'advice');
    expect(await refusal(discussing.close(gp, caseId))).toMatchObject({ code: 'conflict' });
    expect(await refusal(discussing.acknowledge(gp, caseId, first, { understood: true }))).toMatchObject({
      code: 'conflict',
    });
    await discussing.acknowledge(gp, caseId, first);
    expect(await owed(gp, caseId)).toEqual([]);
    await discussing.close(gp, caseId);
  });

  it('is told of also to who had acknowledged it', async () => {
    const { caseId, first } = await advised();
    await discussing.mark(gp, caseId, 1);
    await discussing.acknowledge(gp, caseId, first, { understood: true });
    await discussing.withdraw(panel.onCall, caseId, first);
    expect(await owed(gp, caseId)).toEqual([first]);
  });
});

describe('acknowledging', () => {
  it('is shown with the advice, opens it, and stays understood', async () => {
    const { caseId, first } = await advised();
    const commands = [{ understood: true }, {}] as const;
    for (const rest of commands) await discussing.acknowledge(gp, caseId, first, rest);
    const at = clinic.world.clock.now().toISOString();
    expect(await discussing.seen(panel.onCall, caseId, first)).toMatchObject({
      openedAt: at,
      acknowledgements: [{ memberId: gp.memberId, understood: true, at }],
    });
    expect(await discussing.happened(caseId, 'advice-opened', 'advice-acknowledged')).toEqual([
      ['advice-opened', gp.memberId, first],
      ['advice-acknowledged', gp.memberId, first],
      ['advice-acknowledged', gp.memberId, first],
    ]);
  });

  it('is for the asking side, and of advice', async () => {
    const { caseId, first } = await advised();
    expect(await refusal(discussing.acknowledge(panel.onCall, caseId, first))).toMatchObject({
      code: 'forbidden',
    });
    const { postId } = await clinic.post(panel.onCall, caseId, 'note');
    expect(await refusal(discussing.acknowledge(gp, caseId, postId))).toMatchObject({
      code: 'invalid-input',
    });
  });
});
