import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  addPost,
  caseAudience,
  getCase,
  listCases,
  revokeGrant,
  type InputOf,
  type ReplyOf,
} from '@definitivedx/contracts';
import { adviser, Clinic, refusal, toMember, toPanel, type Panel, type Person } from './clinic.js';

let clinic: Clinic;
let gp: Person;
let panel: Panel;
let caseId: string;

beforeAll(async () => {
  clinic = await Clinic.open();
  gp = await clinic.gp();
  panel = await clinic.panel();
  ({ caseId } = await clinic.share(gp, clinic.caseFor([toPanel(panel)])));
});
afterAll(() => clinic.world.stop());

type Post = Partial<InputOf<typeof addPost>> & Pick<InputOf<typeof addPost>, 'kind'>;

const post = async (by: Person, input: Post): Promise<ReplyOf<typeof addPost>> =>
  clinic.world.request(addPost, await by.caller(), {
    commandId: randomUUID(),
    caseId,
    body: 'Some words.',
    ...input,
  });
const read = async (by: Person, of = caseId): Promise<ReplyOf<typeof getCase>> =>
  clinic.world.request(getCase, await by.caller(), { caseId: of });

describe('the discussion of a case', () => {
  it('goes from question to information to advice, and everyone in it reads the same', async () => {
    const steps = [
      [panel.onCall, { kind: 'question' }, 'awaiting-information'],
      [gp, { kind: 'note' }, 'awaiting-information'],
      [gp, { kind: 'information' }, 'awaiting-advice'],
      [
        panel.lead,
        { kind: 'advice', recommendation: 'ADVICE_ONLY_NO_REFERRAL_RECOMMENDED', adviser },
        'advice-given',
      ],
    ] as const;
    for (const [index, [by, input, status]] of steps.entries()) {
      clinic.world.clock.advance(60_000);
      expect(await post(by, input)).toMatchObject({ status, version: index + 2 });
    }
    const seen = await read(gp);
    expect(
      seen.posts.map(({ number, kind, authorId, recommendation }) => [
        number,
        kind,
        authorId,
        recommendation,
      ]),
    ).toEqual([
      [1, 'question', panel.onCall.memberId, null],
      [2, 'note', gp.memberId, null],
      [3, 'information', gp.memberId, null],
      [4, 'advice', panel.lead.memberId, 'ADVICE_ONLY_NO_REFERRAL_RECOMMENDED'],
    ]);
    expect(seen.lastActivityAt).toBe(clinic.world.clock.now().toISOString());
    expect((await read(panel.onCall)).posts).toEqual(seen.posts);
  });

  it('leaves an event and an act for each post, without its words', async () => {
    const { postId } = await post(gp, { kind: 'note', body: 'zebra' });
    const left = await clinic.rows<{ subject: string; payload: unknown }>(
      'select subject, payload from outbox where aggregate_id = $1 order by id desc limit 2',
      [caseId],
    );
    expect(left.map(({ subject }) => subject)).toEqual(['evt.cases.acted.v1', 'evt.cases.case-posted.v1']);
    expect(left[0]?.payload).toMatchObject({ act: 'case.post', subjectId: postId });
    expect(left[1]?.payload).toMatchObject({ postId, kind: 'note', authorId: gp.memberId });
    expect(JSON.stringify(left)).not.toContain('zebra');
  });

  it('takes advice only from specialists and only with a recommendation', async () => {
    expect(await refusal(post(gp, { kind: 'advice', recommendation: 'OTHER' }))).toMatchObject({
      code: 'forbidden',
    });
    expect(await refusal(post(panel.onCall, { kind: 'advice' }))).toMatchObject({ code: 'invalid-input' });
    expect(await refusal(post(gp, { kind: 'note', recommendation: 'OTHER' }))).toMatchObject({
      code: 'invalid-input',
    });
  });

  it('lets one of two specialists through who answer the same version', async () => {
    const { version } = await read(panel.onCall);
    const advise = { kind: 'advice', recommendation: 'OTHER', adviser, expectedVersion: version } as const;
    const results = await Promise.allSettled([post(panel.onCall, advise), post(panel.lead, advise)]);
    expect(results.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    const lost = results.find((result) => result.status === 'rejected');
    expect(lost?.reason).toMatchObject({ code: 'version-mismatch' });
    expect((await read(gp)).version).toBe(version + 1);
  });

  it('numbers posts that come all at once without a gap, and counts each once', async () => {
    const before = await read(gp);
    const inputs = Array.from({ length: 12 }, () => ({ kind: 'note', commandId: randomUUID() }) as const);
    await Promise.all([...inputs, ...inputs].map((input) => post(gp, input)));
    const after = await read(gp);
    expect(after.version).toBe(before.version + 12);
    expect(after.posts.map(({ number }) => number)).toEqual(after.posts.map((_, index) => index + 1));
  });

  it('returns the first reply to a repeat, even when the version it expected is gone', async () => {
    const { version } = await read(gp);
    const input = { kind: 'note', commandId: randomUUID(), expectedVersion: version } as const;
    const first = await post(gp, input);
    expect(await post(gp, input)).toEqual(first);
  });

  it('ends politely when no more would fit in one message', async () => {
    const full = await clinic.share(gp, clinic.caseFor([toPanel(panel)]));
    const long = { caseId: full.caseId, kind: 'note', body: '中'.repeat(20_000) } as const;
    const posted = async (): Promise<number> => {
      for (let count = 0; ; count += 1) {
        const refused = await post(gp, long).then(
          () => undefined,
          (error: unknown) => error,
        );
        if (refused === undefined) continue;
        expect(refused).toMatchObject({ code: 'conflict', message: expect.stringContaining('full') });
        return count;
      }
    };
    const count = await posted();
    expect(count).toBeGreaterThan(5);
    expect((await read(gp, full.caseId)).posts).toHaveLength(count);
  });
});

describe('a case that is not shared with somebody', () => {
  it('answers exactly as one that does not exist, for reading and for posting', async () => {
    const stranger = await clinic.gp();
    expect(await refusal(read(stranger))).toEqual(await refusal(read(stranger, randomUUID())));
    expect(await refusal(post(stranger, { kind: 'note' }))).toEqual(
      await refusal(post(stranger, { kind: 'note', caseId: randomUUID() })),
    );
    expect(await refusal(read(stranger))).toMatchObject({ code: 'not-found' });
  });

  it('leaves the refused read in the audit', async () => {
    const stranger = await clinic.gp();
    await refusal(read(stranger));
    const access = await clinic.world.database('access');
    const text = 'select purpose, outcome from audit where actor_id = $1 and case_id = $2';
    expect(await access.run({ name: 'test-audit', text }, [stranger.memberId, caseId])).toEqual([
      { purpose: 'read', outcome: 'refused' },
    ]);
  });
});

describe('the list of cases', () => {
  const page = async (
    by: Person,
    input: { cursor?: string; limit?: number } = {},
  ): Promise<ReplyOf<typeof listCases>> => clinic.world.request(listCases, await by.caller(), input);

  it('has each case once, latest activity first, page by page', async () => {
    const [asking, invited] = [await clinic.gp(), await clinic.specialist()];
    const own = await clinic.panel({ members: [invited, panel.onCall], lead: invited, onCall: panel.onCall });
    const shared: string[] = [];
    for (let count = 0; count < 7; count += 1) {
      clinic.world.clock.advance(1_000);
      // Filed twice for the one invited: under their own name and under their panel.
      shared.push((await clinic.share(asking, clinic.caseFor([toPanel(own), toMember(invited)]))).caseId);
    }
    clinic.world.clock.advance(1_000);
    await post(asking, { kind: 'note', caseId: shared[2]! });
    const expected = [2, 6, 5, 4, 3, 1, 0].map((index) => shared[index]);

    for (const reader of [asking, invited]) {
      const seen: string[] = [];
      let cursor: string | null | undefined;
      do {
        const reply: ReplyOf<typeof listCases> = await page(reader, {
          limit: 3,
          ...(cursor ? { cursor } : {}),
        });
        seen.push(...reply.cases.map((row) => row.caseId));
        cursor = reply.nextCursor;
      } while (cursor !== null);
      expect(seen).toEqual(expected);
    }
    const [first] = (await page(invited, { limit: 1 })).cases;
    expect(first).toMatchObject({ requesterId: asking.memberId, responsibleId: panel.onCall.memberId });
  });

  it('is empty for a stranger', async () => {
    expect(await page(await clinic.gp())).toMatchObject({ cases: [], nextCursor: null });
  });

  it('leaves out what access refuses although it is still filed, and goes on after it', async () => {
    const asking = await clinic.gp();
    const { caseId: first } = await clinic.share(asking, clinic.caseFor([toPanel(panel)]));
    clinic.world.clock.advance(1_000);
    const { caseId: second } = await clinic.share(asking, clinic.caseFor([toPanel(panel)]));
    // A revoke that got as far as access and no further: the projection still has the row.
    const { grants } = await clinic.world.request(caseAudience, await asking.caller(), { caseId: second });
    const ended = { caseId: second, grantId: grants[0]!.grantId };
    await clinic.world.request(revokeGrant, await asking.caller(), ended, 'cases');
    const seen = await page(panel.onCall, { limit: 1 });
    expect(seen.cases).toEqual([]);
    const next = await page(panel.onCall, { limit: 1, cursor: seen.nextCursor! });
    expect(next.cases.map((row) => row.caseId)).toEqual([first]);
  });

  it('no longer finds a case through a grant that has expired', async () => {
    const invited = await clinic.specialist();
    const expiresAt = new Date(Date.now() + 86_400_000).toISOString();
    await clinic.share(gp, clinic.caseFor([{ kind: 'member', memberId: invited.memberId, expiresAt }]));
    expect((await page(invited)).cases).toHaveLength(1);
    clinic.world.clock.advance(90_000_000);
    expect(await page(invited)).toMatchObject({ cases: [], nextCursor: null });
  });

  it('cuts a page that would not fit in one message, and loses nothing', async () => {
    const asking = await clinic.gp();
    const question = '中'.repeat(4_000);
    const count = 65;
    await Promise.all(
      Array.from({ length: count }, () =>
        clinic.share(asking, clinic.caseFor([toPanel(panel)], { question })),
      ),
    );
    const first = await page(asking, { limit: 100 });
    expect(first.cases.length).toBeLessThan(count);
    const second = await page(asking, { limit: 100, cursor: first.nextCursor! });
    expect(second.nextCursor).toBeNull();
    const ids = [...first.cases, ...second.cases].map((row) => row.caseId);
    expect(new Set(ids).size).toBe(count);
  });

  it('refuses a cursor it did not write', async () => {
    expect(await refusal(page(gp, { cursor: 'bm90IG9uZQ' }))).toMatchObject({ code: 'invalid-input' });
  });
});
