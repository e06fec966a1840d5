import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { caseAudience, myAdvice, revokeShare, type ReplyOf } from '@definitivedx/contracts';
import { adviser, Clinic, refusal, toMember, toPanel, type Panel, type Person } from './clinic.js';
import { Discussing } from './discussing.js';

let clinic: Clinic;
let discussing: Discussing;
let gp: Person;
let panel: Panel;

beforeAll(async () => {
  clinic = await Clinic.open();
  await clinic.replica();
  discussing = new Discussing(clinic);
  gp = await clinic.gp();
  panel = await clinic.panel();
});
afterAll(() => clinic.world.stop());

const share = async (): Promise<string> => (await clinic.share(gp, clinic.caseFor([toPanel(panel)]))).caseId;
const registrar = {
  grade: 'specialty-registrar',
  professionalNumber: '7012345',
  supervisor: { professionalNumber: '6012345' },
} as const;
const links = [{ title: 'Fever in children', url: 'https://guidance.example/fever' }];

describe('advice', () => {
  it('shows who stands behind it, its safety net and its guidance', async () => {
    const caseId = await share();
    const whole = { adviser: registrar, safetyNet: 'Come back if it lasts.', links };
    const { postId } = await clinic.post(panel.onCall, caseId, 'advice', whole);
    expect(await discussing.seen(gp, caseId, postId)).toMatchObject(whole);
    const plain = await clinic.post(panel.lead, caseId, 'advice');
    expect(await discussing.seen(gp, caseId, plain.postId)).toMatchObject({
      adviser: { grade: 'consultant', professionalNumber: '7012345' },
      safetyNet: null,
      links: [],
    });
    expect(Object.keys((await discussing.seen(gp, caseId, plain.postId)).adviser!)).not.toContain(
      'supervisor',
    );
  });

  it('goes to the record with all of that, and not once it is superseded or withdrawn', async () => {
    const caseId = await share();
    const rest = { adviser: registrar, safetyNet: 'Come back if it lasts.', links, body: 'Wait.' };
    const first = await clinic.post(panel.onCall, caseId, 'advice', rest);
    const { text, adviceId } = await discussing.copy(gp, caseId);
    expect(adviceId).toBe(first.postId);
    for (const part of [
      'specialty registrar, GMC 7012345; supervising consultant: GMC 6012345.',
      'Safety net: Come back if it lasts.',
      'Guidance: Fever in children, https://guidance.example/fever',
      'from version 2 of the case',
    ]) {
      expect(text).toContain(part);
    }
    const supersedes = first.postId;
    const second = await clinic.post(panel.onCall, caseId, 'advice', { body: 'Act.', supersedes });
    const newer = await discussing.copy(gp, caseId);
    expect(newer).toMatchObject({
      adviceId: second.postId,
      text: expect.stringContaining('This replaces the advice'),
    });
    expect(newer.text).not.toContain('Wait.');
    await discussing.withdraw(panel.onCall, caseId, second.postId);
    const none = await discussing.copy(gp, caseId);
    expect(none).toMatchObject({ adviceId: null, text: expect.stringContaining('has been withdrawn') });
    for (const gone of ['Wait.', 'Act.']) expect(none.text).not.toContain(gone);
  });

  it('is refused without a complete adviser, naming the field', async () => {
    const caseId = await share();
    const { supervisor: _supervisor, ...unsupervised } = registrar;
    const nmc = { grade: 'consultant', professionalNumber: '12A3456B' } as const;
    for (const [rest, path] of [
      [{ adviser: unsupervised }, 'adviser.supervisor'],
      [{ adviser: nmc }, 'adviser.professionalNumber'],
      [{ adviser: { ...adviser, professionalNumber: '12' } }, 'adviser.professionalNumber'],
      [{ links: [...links, { title: 'b', url: 'http://b.example' }] }, 'links.1.url'],
      [{ links: Array.from({ length: 11 }, () => links[0]!) }, 'links'],
      [{ safetyNet: ' ' }, 'safetyNet'],
    ] as const) {
      const refused = await refusal(clinic.post(panel.onCall, caseId, 'advice', rest as object));
      expect(refused).toMatchObject({
        code: 'invalid-input',
        issues: [{ path, message: expect.any(String) }],
      });
    }
    const missing = await refusal(
      clinic.post(panel.onCall, caseId, 'note', { kind: 'advice', recommendation: 'OTHER' }),
    );
    expect(missing).toMatchObject({
      code: 'invalid-input',
      issues: [{ path: 'adviser', message: expect.any(String) }],
    });
    expect((await clinic.read(gp, caseId)).posts).toEqual([]);
  });

  it('is given once by two doctors at two replicas who had read the same version', async () => {
    for (let round = 0; round < 6; round += 1) {
      const caseId = await share();
      const results = await Promise.allSettled(
        [panel.onCall, panel.lead].map((by) => clinic.post(by, caseId, 'advice', { expectedVersion: 1 })),
      );
      expect(results.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
      const lost = results.find((result) => result.status === 'rejected');
      expect(lost?.reason).toMatchObject({ code: 'version-mismatch' });
      expect((await clinic.read(gp, caseId)).posts).toHaveLength(1);
    }
  });
});

describe('one’s own advice', () => {
  type Page = ReplyOf<typeof myAdvice>;
  const mine = async (by: Person, input: { limit?: number; cursor?: string } = {}): Promise<Page> =>
    clinic.world.request(myAdvice, await by.caller(), input);

  it('stays with who gave it when the case is closed to them, and holds no word of anyone else', async () => {
    const invited = await clinic.specialist();
    const { caseId } = await clinic.share(gp, clinic.caseFor([toPanel(panel), toMember(invited)]));
    await clinic.post(gp, caseId, 'information', { body: 'zebra' });
    const { postId } = await clinic.post(invited, caseId, 'advice', {
      body: 'Wait.',
      safetyNet: 'Return.',
      links,
    });
    await clinic.post(invited, caseId, 'note');
    await clinic.post(panel.onCall, caseId, 'advice', { body: 'zebra', supersedes: postId });
    expect((await mine(invited)).advice).toMatchObject([{ postId, superseded: true }]);
    const { grants } = await clinic.world.request(caseAudience, await gp.caller(), { caseId });
    const { grantId } = grants.find(({ to }) => to.kind === 'member')!;
    const revoke = { commandId: randomUUID(), caseId, grantId };
    await clinic.world.request(revokeShare, await gp.caller(), revoke);
    expect(await refusal(clinic.read(invited, caseId))).toMatchObject({ code: 'not-found' });

    const found = await mine(invited);
    expect(found).toEqual({
      advice: [
        {
          postId,
          caseId,
          body: 'Wait.',
          recommendation: 'OTHER',
          adviser,
          safetyNet: 'Return.',
          links,
          postedAt: expect.any(String),
          superseded: null,
          withdrawn: null,
        },
      ],
      nextCursor: null,
    });
    expect(JSON.stringify(found)).not.toMatch(/zebra|rash|Day 3/);
  });

  it('comes page by page, latest first, and is empty for who never advised', async () => {
    const doctor = await clinic.specialist();
    const given: string[] = [];
    for (let count = 0; count < 5; count += 1) {
      const { caseId } = await clinic.share(gp, clinic.caseFor([toMember(doctor)]));
      // Two of the same moment, too.
      if (count % 2 === 0) clinic.world.clock.advance(1_000);
      given.unshift((await clinic.post(doctor, caseId, 'advice')).postId);
    }
    const seen: string[] = [];
    let cursor: string | null | undefined;
    do {
      const page: Page = await mine(doctor, { limit: 2, ...(cursor ? { cursor } : {}) });
      seen.push(...page.advice.map(({ postId }) => postId));
      cursor = page.nextCursor;
    } while (cursor !== null);
    expect(seen).toEqual(given);
    expect(await mine(gp)).toEqual({ advice: [], nextCursor: null });
    expect(await refusal(mine(doctor, { cursor: 'bm90IG9uZQ' }))).toMatchObject({ code: 'invalid-input' });
  });
});
