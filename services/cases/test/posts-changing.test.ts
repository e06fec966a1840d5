import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { caseActed, caseAudience, postChanged, revokeShare } from '@definitivedx/contracts';
import { Clinic, refusal, toMember, toPanel, type Panel, type Person } from './clinic.js';
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

const share = async (): Promise<string> => (await clinic.share(gp, clinic.caseFor([toPanel(panel)]))).caseId;
const minutes = (count: number): void => clinic.world.clock.advance(count * 60_000);

describe('editing a post', () => {
  it('puts another text in its place, keeps the former ones for who sees the case, and moves the version on', async () => {
    const caseId = await share();
    const { postId, version } = await clinic.post(gp, caseId, 'information', { body: 'Day 4 of zebra.' });
    minutes(5);
    const editedAt = clinic.world.clock.now().toISOString();
    const edited = await discussing.edit(gp, caseId, postId, { body: 'Day 3 of zebra.' });
    expect(edited).toEqual({ postId, version: version + 1, editedAt });
    minutes(5);
    await discussing.edit(gp, caseId, postId, { body: 'Day 2 of zebra.' });
    expect(await discussing.seen(panel.onCall, caseId, postId)).toMatchObject({
      body: 'Day 2 of zebra.',
      number: 1,
    });
    const former = ['Day 4 of zebra.', 'Day 3 of zebra.'];
    expect(await discussing.formerTexts(panel.onCall, caseId, postId)).toEqual(former);
    expect(await discussing.happened(caseId, 'post-edited')).toHaveLength(2);
    expect((await clinic.events(caseActed, caseId)).at(-1)).toMatchObject({
      act: 'case.edit-post',
      subjectId: postId,
    });
    expect((await clinic.events(postChanged, caseId))[0]).toMatchObject({
      change: 'edited',
      kind: 'information',
    });
    expect(await clinic.rows(`select 1 from outbox where payload::text like '%zebra%'`)).toEqual([]);

    const stale = clinic.post(panel.onCall, caseId, 'advice', { expectedVersion: version });
    expect(await refusal(stale)).toMatchObject({ code: 'version-mismatch' });
  });

  it('does nothing for the same text, and once for a repeat', async () => {
    const caseId = await share();
    const { postId, version } = await clinic.post(gp, caseId, 'note');
    const same = await discussing.edit(gp, caseId, postId, { body: 'Some words.' });
    expect(same).toEqual({ postId, version, editedAt: null });
    const commandId = randomUUID();
    const replies = await Promise.all([1, 2].map(() => discussing.edit(gp, caseId, postId, { commandId })));
    expect(replies[0]).toEqual(replies[1]);
    expect(await discussing.formerTexts(gp, caseId, postId)).toEqual(['Some words.']);
  });

  it('is for the asking side’s author alone, for a quarter of an hour, while the case is open', async () => {
    const caseId = await share();
    const own = await clinic.post(gp, caseId, 'question');
    const advice = await clinic.post(panel.onCall, caseId, 'advice');
    expect(await refusal(discussing.edit(panel.onCall, caseId, own.postId))).toMatchObject({
      code: 'forbidden',
    });
    expect(await refusal(discussing.edit(panel.onCall, caseId, advice.postId))).toMatchObject({
      code: 'forbidden',
    });
    expect(await refusal(discussing.edit(gp, caseId, advice.postId))).toMatchObject({ code: 'forbidden' });
    minutes(16);
    expect(await refusal(discussing.edit(gp, caseId, own.postId))).toMatchObject({
      code: 'conflict',
      message: expect.stringContaining('15 minutes'),
    });
    const late = await clinic.post(gp, caseId, 'note');
    await discussing.close(gp, caseId);
    expect(await refusal(discussing.edit(gp, caseId, late.postId))).toMatchObject({ code: 'conflict' });
    expect(await discussing.formerTexts(gp, caseId, late.postId)).toEqual([]);
  });

  it('reaches no post of another case, and no stranger', async () => {
    const [caseId, other] = [await share(), await share()];
    const { postId } = await clinic.post(gp, other, 'note');
    const nowhere = await refusal(discussing.edit(gp, caseId, randomUUID()));
    expect(nowhere).toMatchObject({ code: 'not-found' });
    expect(await refusal(discussing.edit(gp, caseId, postId))).toEqual(nowhere);
    expect(await refusal(discussing.formerTexts(gp, caseId, postId))).toEqual(nowhere);
    const stranger = await clinic.gp();
    for (const act of ['edit', 'formerTexts', 'withdraw', 'acknowledge'] as const) {
      const unknown = await refusal(discussing[act](stranger, randomUUID(), postId));
      expect(await refusal(discussing[act](stranger, other, postId))).toEqual(unknown);
      expect(unknown).toMatchObject({ code: 'not-found' });
    }
  });

  it('has room for what it replaces', async () => {
    const caseId = await share();
    const { postId } = await clinic.post(gp, caseId, 'note');
    const long = (count: number): string => `${String(count)}${'中'.repeat(19_990)}`;
    const edited = async (): Promise<number> => {
      for (let count = 0; ; count += 1) {
        const refused = await discussing.edit(gp, caseId, postId, { body: long(count) }).then(
          () => undefined,
          (error: unknown) => error,
        );
        if (refused === undefined) continue;
        expect(refused).toMatchObject({ code: 'conflict', message: expect.stringContaining('full') });
        return count;
      }
    };
    const count = await edited();
    expect(count).toBeGreaterThan(5);
    expect(await discussing.formerTexts(gp, caseId, postId)).toHaveLength(count);
  });
});

describe('withdrawing a post', () => {
  it('leaves its place, author and reason, and shows its content to nobody', async () => {
    const caseId = await share();
    const { postId } = await clinic.post(gp, caseId, 'note', { body: 'zebra' });
    await discussing.edit(gp, caseId, postId, { body: 'another zebra' });
    const { unread } = await clinic.read(panel.onCall, caseId);
    expect(unread).toBe(1);
    const withdrawnAt = clinic.world.clock.now().toISOString();
    const reply = await discussing.withdraw(gp, caseId, postId, { reason: 'Meant for another child.' });
    expect(reply).toMatchObject({ postId, status: 'awaiting-advice', withdrawnAt });
    for (const reader of [gp, panel.onCall]) {
      const read = await clinic.read(reader, caseId);
      expect(JSON.stringify(read)).not.toContain('zebra');
      expect(read).toMatchObject({ unread: 0, version: reply.version });
      expect(read.posts).toEqual([
        expect.objectContaining({
          postId,
          number: 1,
          authorId: gp.memberId,
          body: '',
          withdrawn: { at: withdrawnAt, reason: 'Meant for another child.' },
        }),
      ]);
    }
    expect(await discussing.formerTexts(gp, caseId, postId)).toEqual([]);
    // Never deleted: for the record.
    expect(await clinic.rows('select body from post where id = $1', [postId])).toEqual([
      { body: 'another zebra' },
    ]);
    expect(await discussing.happened(caseId, 'post-withdrawn')).toEqual([
      ['post-withdrawn', gp.memberId, postId],
    ]);
    expect(await refusal(discussing.withdraw(gp, caseId, postId))).toMatchObject({ code: 'conflict' });
    expect(await refusal(discussing.edit(gp, caseId, postId))).toMatchObject({ code: 'conflict' });
  });

  it('is for its author alone', async () => {
    const caseId = await share();
    const { postId } = await clinic.post(panel.onCall, caseId, 'advice');
    for (const other of [gp, panel.lead]) {
      expect(await refusal(discussing.withdraw(other, caseId, postId))).toMatchObject({ code: 'forbidden' });
    }
  });

  it('has the case await advice again when it was the only advice, and the clock run', async () => {
    const caseId = await share();
    const first = await clinic.post(panel.onCall, caseId, 'advice');
    const second = await clinic.post(panel.lead, caseId, 'advice');
    expect(await clinic.read(gp, caseId)).toMatchObject({ clock: 'stopped', answerBy: null });
    expect(await discussing.withdraw(panel.onCall, caseId, first.postId)).toMatchObject({
      status: 'advice-given',
    });
    const last = await discussing.withdraw(panel.lead, caseId, second.postId);
    expect(last.status).toBe('awaiting-advice');
    const read = await clinic.read(gp, caseId);
    expect(read).toMatchObject({ status: 'awaiting-advice', clock: 'running', answerBy: expect.any(String) });
    expect(read.posts.map(({ recommendation, adviser }) => [recommendation, adviser])).toEqual([
      [null, null],
      [null, null],
    ]);
    expect((await clinic.events(postChanged, caseId)).at(-1)).toMatchObject({
      change: 'withdrawn',
      kind: 'advice',
      status: 'awaiting-advice',
    });
    expect(await refusal(discussing.close(gp, caseId))).toMatchObject({ code: 'conflict' });
    expect(await clinic.wronglyAnswered()).toEqual([]);
  });

  it('of the last open question has the case await advice again', async () => {
    const caseId = await share();
    const first = await clinic.post(panel.onCall, caseId, 'question');
    const second = await clinic.post(panel.lead, caseId, 'question');
    expect(await discussing.withdraw(panel.onCall, caseId, first.postId)).toMatchObject({
      status: 'awaiting-information',
    });
    expect(await discussing.withdraw(panel.lead, caseId, second.postId)).toMatchObject({
      status: 'awaiting-advice',
    });
    expect(await clinic.read(gp, caseId)).toMatchObject({ clock: 'running' });
  });

  it('is possible in a case that has ended, which stays ended', async () => {
    const caseId = await share();
    const { postId } = await clinic.post(panel.onCall, caseId, 'advice');
    await discussing.close(gp, caseId);
    expect(await discussing.withdraw(panel.onCall, caseId, postId)).toMatchObject({ status: 'closed' });
    expect(await clinic.wronglyAnswered()).toEqual([]);
  });
});

describe('after a revoke', () => {
  it('nothing more of who may not see the case gets in', async () => {
    const invited = await clinic.specialist();
    const { caseId } = await clinic.share(gp, clinic.caseFor([toPanel(panel), toMember(invited)]));
    const { postId } = await clinic.post(invited, caseId, 'note');
    const { grants } = await clinic.world.request(caseAudience, await gp.caller(), { caseId });
    const { grantId } = grants.find(({ to }) => to.kind === 'member')!;
    const revoke = { commandId: randomUUID(), caseId, grantId };
    // At once with the revoke: what is answered after it is answered by "no such case".
    const racing = [1, 2, 3, 4].map(() =>
      discussing.mark(invited, caseId, 1).then(
        () => 'in',
        (error: unknown) => (error as { code: string }).code,
      ),
    );
    await clinic.world.request(revokeShare, await gp.caller(), revoke);
    for (const outcome of await Promise.all(racing)) expect(['in', 'not-found']).toContain(outcome);
    const unknown = await refusal(discussing.mark(invited, randomUUID(), 1));
    expect(await refusal(discussing.mark(invited, caseId, 1))).toEqual(unknown);
    expect(await refusal(discussing.withdraw(invited, caseId, postId))).toEqual(unknown);
    expect(await refusal(discussing.formerTexts(invited, caseId, postId))).toEqual(unknown);
  });
});
