import { expect } from '@jest/globals';
import { getCase } from '@definitivedx/contracts';
import type { System } from '@definitivedx/stack';
import { until } from '@definitivedx/testing';
import type { Clinic } from './people.js';
import { count, rows } from './rows.js';
import type { Acknowledged } from './writes.js';

/** Asserts that both hold the same things, each as often; says only what differs. */
function expectSame(found: readonly string[], wanted: readonly string[]): void {
  const surplus = new Map<string, number>();
  for (const thing of found) surplus.set(thing, (surplus.get(thing) ?? 0) + 1);
  for (const thing of wanted) surplus.set(thing, (surplus.get(thing) ?? 0) - 1);
  const differing = [...surplus].filter(([, times]) => times !== 0);
  expect({
    missing: differing.filter(([, times]) => times < 0).map(([thing]) => thing),
    tooMany: differing.filter(([, times]) => times > 0).map(([thing]) => thing),
  }).toEqual({ missing: [], tooMany: [] });
}

/** What the recipients of a write are told, and of which kind. */
const notificationOf = ({ write, caseId }: Acknowledged, { gp, specialist }: Clinic): string => {
  const [member, kind] = {
    create: [specialist, 'case-shared'] as const,
    information: [specialist, 'case-posted'] as const,
    advice: [gp, 'advice-given'] as const,
  }[write.kind];
  return `${member.memberId} ${kind} ${caseId}`;
};

/** Waits until every event has been published and had its effects. */
export async function settled(system: System, expected: number, within = 60_000): Promise<void> {
  const unpublished = 'select from outbox where published_at is null';
  await until(
    async () =>
      (await count(system, 'cases', unpublished)) === 0 &&
      (await count(system, 'notify', 'select from mail')) >= expected &&
      (await count(system, 'notify', 'select from stream_entry')) >= expected &&
      (await count(system, 'access', "select from audit where act in ('case.create', 'case.post')")) >=
        expected,
    `the effects of ${String(expected)} writes`,
    within,
  );
}

/** Asserts that each acknowledged write, and nothing else, is stored once and had each of its effects once. */
export async function expectEachOnce(
  system: System,
  clinic: Clinic,
  acknowledged: readonly Acknowledged[],
): Promise<void> {
  const creates = acknowledged.filter(({ write }) => write.kind === 'create');
  const posts = acknowledged.filter(({ write }) => write.kind !== 'create');

  const cases = await rows<{ id: string; question: string }>(
    system,
    'cases',
    'select id, question from cases',
  );
  expectSame(
    cases.map((c) => `${c.id} ${c.question}`),
    creates.map(({ caseId, write }) => `${caseId} ${write.text}`),
  );
  const stored = await rows<{ id: string; case_id: string; body: string }>(
    system,
    'cases',
    'select id, case_id, body from post',
  );
  expectSame(
    stored.map((p) => `${p.id} ${p.case_id} ${p.body}`),
    posts.map(({ postId, caseId, write }) => `${postId ?? ''} ${caseId} ${write.text}`),
  );

  const open = `select from cases c where status in ('awaiting-advice', 'awaiting-information', 'advice-given')
    and (select count(*) from responsibility r where r.case_id = c.id and r.until_at is null) <> 1`;
  expect(await count(system, 'cases', open)).toBe(0);
  const told = "subject in ('evt.cases.case-shared.v1', 'evt.cases.case-posted.v1', 'evt.cases.acted.v1')";
  expect(await count(system, 'cases', `select from outbox where ${told}`)).toBe(2 * acknowledged.length);
  expect(await count(system, 'access', 'select from case_ref')).toBe(creates.length);
  expect(await count(system, 'access', 'select from access_grant')).toBe(creates.length);
  await expectAuditOnce(system, acknowledged);
  await expectNotifiedOnce(system, clinic, acknowledged);
  for (const service of ['access', 'cases', 'notify'] as const) {
    expect(await rows(system, service, 'select subject, error_code from dead_letter')).toEqual([]);
  }
}

async function expectAuditOnce(system: System, acknowledged: readonly Acknowledged[]): Promise<void> {
  const audit = await rows<{ act: string; case_id: string; subject_id: string | null }>(
    system,
    'access',
    "select act, case_id, subject_id from audit where act in ('case.create', 'case.post')",
  );
  expectSame(
    audit.map((a) => `${a.act} ${a.case_id} ${a.subject_id ?? ''}`),
    acknowledged.map(
      ({ write, caseId, postId }) =>
        `${write.kind === 'create' ? 'case.create' : 'case.post'} ${caseId} ${postId ?? ''}`,
    ),
  );
}

async function expectNotifiedOnce(
  system: System,
  clinic: Clinic,
  acknowledged: readonly Acknowledged[],
): Promise<void> {
  const expected = acknowledged.map((one) => notificationOf(one, clinic));
  const told = await rows<{ what: string }>(
    system,
    'notify',
    "select member_id || ' ' || kind || ' ' || case_id as what from stream_entry",
  );
  expectSame(
    told.map(({ what }) => what),
    expected,
  );
  const mailed = await rows<{ what: string }>(
    system,
    'notify',
    "select member_id || ' ' || template || ' ' || case_id as what from mail",
  );
  expectSame(
    mailed.map(({ what }) => what),
    expected,
  );
  // Sequences without a gap: nobody's stream ever skips what a client resumes after.
  const gaps = 'select member_id from stream_entry group by member_id having max(sequence) <> count(*)';
  expect(await count(system, 'notify', gaps)).toBe(0);
}

/** Asserts that the requester reads back, through the API, exactly what was acknowledged. */
export async function expectReadable(clinic: Clinic, acknowledged: readonly Acknowledged[]): Promise<void> {
  const creates = acknowledged.filter(({ write }) => write.kind === 'create');
  const posts = Map.groupBy(
    acknowledged.filter(({ write }) => write.kind !== 'create'),
    ({ caseId }) => caseId,
  );
  const queue = [...creates];
  const reader = async (): Promise<void> => {
    for (let next = queue.pop(); next !== undefined; next = queue.pop()) {
      const { reply } = await clinic.gp.session.must(getCase.reply, 'GET', `/api/v1/cases/${next.caseId}`);
      expect(reply.question).toBe(next.write.text);
      expectSame(
        reply.posts.map((post) => `${post.postId} ${post.body}`),
        (posts.get(next.caseId) ?? []).map(({ postId, write }) => `${postId ?? ''} ${write.text}`),
      );
    }
  };
  await Promise.all(Array.from({ length: 6 }, reader));
}
