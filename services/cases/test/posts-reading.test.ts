import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { listCases } from '@definitivedx/contracts';
import fc from 'fast-check';
import { Clinic, refusal, toPanel, type Panel, type Person } from './clinic.js';
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
const unread = async (by: Person, caseId: string): Promise<number> => (await clinic.read(by, caseId)).unread;

describe('what is unread', () => {
  it('is what others wrote after one’s mark, which never moves back', async () => {
    const caseId = await share();
    await clinic.post(panel.onCall, caseId, 'note');
    await clinic.post(gp, caseId, 'note');
    await clinic.post(panel.lead, caseId, 'note');
    expect([await unread(gp, caseId), await unread(panel.onCall, caseId)]).toEqual([2, 2]);
    expect(await discussing.mark(gp, caseId, 2)).toEqual({ seen: 2, unread: 1 });
    expect(await discussing.mark(gp, caseId, 1)).toEqual({ seen: 2, unread: 1 });
    expect(await discussing.mark(gp, caseId, 3)).toEqual({ seen: 3, unread: 0 });
    expect(await unread(panel.onCall, caseId)).toBe(2);
    await clinic.post(gp, caseId, 'note');
    expect(await unread(gp, caseId)).toBe(0);
  });

  it('has no place beyond the last post', async () => {
    const caseId = await share();
    expect(await discussing.mark(gp, caseId, 0)).toEqual({ seen: 0, unread: 0 });
    expect(await refusal(discussing.mark(gp, caseId, 1))).toMatchObject({
      code: 'invalid-input',
      issues: [{ path: 'number', message: expect.any(String) }],
    });
    for (const number of [-1, 1.5, 2 ** 53]) {
      expect(await refusal(discussing.mark(gp, caseId, number))).toMatchObject({ code: 'invalid-input' });
    }
  });

  it('makes a case neither newer nor another version', async () => {
    const caseId = await share();
    await clinic.post(panel.onCall, caseId, 'note');
    const before = await clinic.read(gp, caseId);
    clinic.world.clock.advance(60_000);
    await discussing.mark(gp, caseId, 1);
    const { version, lastActivityAt } = await clinic.read(gp, caseId);
    expect({ version, lastActivityAt }).toEqual({
      version: before.version,
      lastActivityAt: before.lastActivityAt,
    });
    const { cases } = await clinic.world.request(listCases, await gp.caller(), {});
    expect(cases[0]).toMatchObject({ lastActivityAt });
  });

  it('is right for everybody, whatever comes at once', async () => {
    const people = [gp, panel.onCall, panel.lead];
    const act = fc.record({
      who: fc.nat({ max: 2 }),
      does: fc.constantFrom('post', 'post', 'mark', 'withdraw'),
      at: fc.double({ min: 0, max: 1, noNaN: true }),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(act, { minLength: 4, maxLength: 14 }), async (acts) => {
        const caseId = await share();
        const marks = [0, 0, 0];
        const withdrawn = new Set<string>();
        // Posts, marks and withdrawals in flight together, a few at a time, by three people at two replicas.
        for (let start = 0; start < acts.length; start += 4) {
          const { posts } = await clinic.read(gp, caseId);
          await Promise.all(
            acts.slice(start, start + 4).map(async ({ who, does, at }) => {
              const by = people[who]!;
              const target = posts[Math.floor(at * posts.length)];
              if (does === 'post') await clinic.post(by, caseId, 'note');
              else if (does === 'mark' && target) {
                const { seen } = await discussing.mark(by, caseId, target.number);
                marks[who] = Math.max(marks[who]!, target.number);
                expect(seen).toBeGreaterThanOrEqual(target.number);
              } else if (target?.authorId === by.memberId && !withdrawn.has(target.postId)) {
                withdrawn.add(target.postId);
                await discussing.withdraw(by, caseId, target.postId).catch((error: unknown) => {
                  // Withdrawn in an earlier round.
                  expect(error).toMatchObject({ code: 'conflict' });
                });
              }
            }),
          );
        }
        for (const [who, by] of people.entries()) {
          const read = await clinic.read(by, caseId);
          const expected = read.posts.filter(
            (post) => post.number > marks[who]! && post.authorId !== by.memberId && post.withdrawn === null,
          );
          expect(read.unread).toBe(expected.length);
          expect(await discussing.mark(by, caseId, read.posts.length)).toMatchObject({ unread: 0 });
        }
      }),
      { numRuns: 12 },
    );
  }, 60_000);
});

describe('advice that is opened', () => {
  const advice = async (): Promise<{ caseId: string; postId: string }> => {
    const caseId = await share();
    await clinic.post(panel.onCall, caseId, 'note');
    const { postId } = await clinic.post(panel.onCall, caseId, 'advice');
    return { caseId, postId };
  };

  it('is so with the first mark of the asking side that passes it, once', async () => {
    const { caseId, postId } = await advice();
    await discussing.mark(gp, caseId, 1);
    await discussing.mark(panel.lead, caseId, 2);
    expect((await discussing.seen(gp, caseId, postId)).openedAt).toBeNull();
    const at = clinic.world.clock.now().toISOString();
    await Promise.all([1, 2, 3, 4].map(() => discussing.mark(gp, caseId, 2)));
    expect((await discussing.seen(panel.onCall, caseId, postId)).openedAt).toBe(at);
    expect(await discussing.happened(caseId, 'advice-opened')).toEqual([
      ['advice-opened', gp.memberId, postId],
    ]);
  });

  it('is so when it is copied to the record', async () => {
    const { caseId, postId } = await advice();
    await discussing.copy(gp, caseId);
    expect((await discussing.seen(gp, caseId, postId)).openedAt).not.toBeNull();
    await discussing.mark(gp, caseId, 2);
    expect(await discussing.happened(caseId, 'advice-opened')).toHaveLength(1);
  });

  it('is not so when it was withdrawn before', async () => {
    const { caseId, postId } = await advice();
    await discussing.withdraw(panel.onCall, caseId, postId);
    await discussing.mark(gp, caseId, 2);
    expect(await discussing.happened(caseId, 'advice-opened')).toEqual([]);
  });
});

it('counts what is unread in an index of its own', async () => {
  const plan = await clinic.rows<{ 'QUERY PLAN': string }>(
    `explain select count(*) from post u where u.case_id = gen_random_uuid() and u.withdrawn_at is null
       and u.author_id <> gen_random_uuid() and u.number > 3`,
  );
  expect(plan.map((row) => row['QUERY PLAN']).join('\n')).toMatch(/post_unread|post_case_id_number_key/);
});
