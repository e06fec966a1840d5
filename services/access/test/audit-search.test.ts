import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { v7 } from 'uuid';
import type { MemberCaller } from '@definitivedx/auth';
import {
  caseActed,
  caseAuditLeaves,
  organisationAuditLeaves,
  searchCaseAudit,
  searchOrganisationAudit,
  searchPlatformAudit,
  type ReplyOf,
} from '@definitivedx/contracts';
import { until } from '@definitivedx/testing';
import { AccessWorld, toMember } from './access-world.js';
import { Ledger } from './audit-ledger.js';

type Page = ReplyOf<typeof searchCaseAudit>;
interface Organisation {
  readonly organisationId: string;
  readonly odsCode: string;
}

let access: AccessWorld;
let practice: Organisation;
let trust: Organisation;
let gp: MemberCaller;
let specialist: MemberCaller;
let practiceAdmin: MemberCaller;
let trustAdmin: MemberCaller;
let operator: MemberCaller;
let shared: { caseId: string; grantIds: string[] };

beforeAll(async () => {
  access = await AccessWorld.start();
  practice = await access.organisation('practice');
  trust = await access.organisation('trust');
  gp = await access.member(practice, ['clinician'], 'Member who asks');
  specialist = await access.member(trust, ['specialist'], 'Member who answers');
  practiceAdmin = await access.member(practice, ['organisation-admin']);
  trustAdmin = await access.member(trust, ['organisation-admin']);
  operator = await access.member(practice, ['operator']);
  shared = await access.newCase(gp, toMember(specialist));
  await access.check(specialist, shared.caseId);
  await access.check(gp, shared.caseId);
});
afterAll(() => access.stop());

const ofCase = (caller: MemberCaller, caseId: string, filters: object = {}): Promise<Page> =>
  access.world.request(searchCaseAudit, caller, { caseId, ...filters });
const ofOrganisation = (caller: MemberCaller, filters: object = {}): Promise<Page> =>
  access.world.request(searchOrganisationAudit, caller, filters);
const ofPlatform = (filters: object = {}): Promise<Page> =>
  access.world.request(searchPlatformAudit, operator, filters);
const rowsOf = (act: string, actorId: string) =>
  access.sql<{ detail: unknown; outcome: string }>(
    'select detail, outcome from audit where act = $1 and actor_id = $2 order by id desc',
    [act, actorId],
  );

describe("a case's requester", () => {
  it('sees who saw the case, for whom, why and through which grant, newest first', async () => {
    const { entries } = await ofCase(gp, shared.caseId, { actorId: specialist.memberId });
    expect(entries).toEqual([
      expect.objectContaining({
        act: 'case.access',
        purpose: 'read',
        outcome: 'allowed',
        actor: { kind: 'member', id: specialist.memberId, name: 'Member who answers' },
        organisation: { organisationId: trust.organisationId, name: expect.any(String) },
        via: 'member',
        grantId: shared.grantIds[0],
      }),
    ]);
    const times = (await ofCase(gp, shared.caseId)).entries.map(({ at }) => at);
    expect(times).toEqual([...times].sort().reverse());
  });

  it('who looks is written down, and anybody else learns nothing', async () => {
    await ofCase(gp, shared.caseId);
    const { entries } = await ofCase(gp, shared.caseId);
    expect(entries.filter(({ purpose }) => purpose === 'audit').length).toBeGreaterThanOrEqual(2);
    for (const other of [specialist, practiceAdmin, trustAdmin, operator]) {
      const asked = ofCase(other, shared.caseId);
      await expect(asked).rejects.toMatchObject({ code: 'not-found' });
      await expect(ofCase(other, v7())).rejects.toMatchObject({ code: 'not-found' });
    }
  });

  it('sees from where an act came whose event carries no address', async () => {
    const { caseId } = await access.newCase(gp, toMember(specialist));
    const traceId = '0af7651916cd43dd8448eb211c80319c';
    const at = access.now();
    await access.sql(
      `insert into audit (at, actor_kind, actor_id, organisation_id, act, purpose, case_id, via, grant_id, outcome, trace_id, origin)
       values ($1, 'member', $2, $3, 'case.access', 'post', $4, 'member', $5, 'allowed', $6, '192.0.2.7')`,
      [at, specialist.memberId, trust.organisationId, caseId, v7(), traceId],
    );
    const { memberId, organisationId } = specialist;
    const posted = {
      act: 'case.post',
      caseId,
      memberId,
      organisationId,
      subjectId: v7(),
      at: at.toISOString(),
    } as const;
    await access.world.publish(caseActed, caseId, posted, v7(), {
      traceparent: `00-${traceId}-00f067aa0ba902b7-01`,
    });
    const entry = await until(async () =>
      (await ofCase(gp, caseId, { act: 'case.post' })).entries.find(({ act }) => act === 'case.post'),
    );
    expect(entry).toMatchObject({ origin: '192.0.2.7', via: 'member', traceId, subjectId: posted.subjectId });
  });
});

describe("an organisation's administrator", () => {
  it('sees what was done for their organisation, and only its own cases by id', async () => {
    const own = (await ofOrganisation(practiceAdmin)).entries;
    expect(own.every(({ organisation }) => organisation?.organisationId === practice.organisationId)).toBe(
      true,
    );
    expect(own.some(({ caseId, act }) => caseId === shared.caseId && act === 'grant.give')).toBe(true);

    const { entries } = await ofOrganisation(trustAdmin, { act: 'case.access', outcome: 'allowed' });
    expect(entries.length).toBeGreaterThan(0);
    expect(entries.every(({ caseOfAnother }) => caseOfAnother)).toBe(true);
    expect(entries.slice(-1)).toEqual([
      expect.objectContaining({
        actor: { kind: 'member', id: specialist.memberId, name: 'Member who answers' },
        caseId: null,
        grantId: null,
        subjectId: null,
        caseOfAnother: true,
      }),
    ]);
  });

  it("finds nothing by the id of another organisation's case, as by one that does not exist", async () => {
    const pages = await Promise.all(
      [shared.caseId, v7()].map((caseId) => ofOrganisation(trustAdmin, { caseId })),
    );
    expect(pages[0]).toEqual(pages[1]);
    expect(pages[0]).toEqual({ entries: [], nextCursor: null });
  });

  it('is written down as a reader, and refused once the role has ended', async () => {
    await ofOrganisation(practiceAdmin, { outcome: 'refused' });
    expect((await rowsOf('audit.search', practiceAdmin.memberId))[0]).toEqual({
      detail: { outcome: 'refused' },
      outcome: 'allowed',
    });
    const leaver = await access.member(practice, ['organisation-admin']);
    await access.disable(leaver);
    await expect(ofOrganisation(leaver)).rejects.toMatchObject({ code: 'forbidden' });
    expect((await rowsOf('audit.search', leaver.memberId))[0]?.outcome).toBe('refused');
    await expect(ofOrganisation(gp)).rejects.toMatchObject({ code: 'forbidden' });
  });

  it('is an administrator of the organisation they act for, whatever they ask', async () => {
    const claims = { memberId: trustAdmin.memberId, organisationId: practice.organisationId };
    const elsewhere = await access.world.member({ ...claims, roles: ['organisation-admin'] });
    await expect(ofOrganisation(elsewhere)).rejects.toMatchObject({ code: 'forbidden' });
    const page = access.world.request(organisationAuditLeaves, elsewhere, { treeSize: 1 });
    await expect(page).rejects.toMatchObject({ code: 'forbidden' });
  });

  it("exports no row about another organisation's case", async () => {
    const ledger = new Ledger(access);
    await ledger.sealAndSign();
    const lines = await ledger.export({ kind: 'case', caseId: shared.caseId });
    const treeSize = lines[1]!['treeSize'] as number;
    const { leaves } = await access.world.request(organisationAuditLeaves, trustAdmin, { treeSize });
    expect(leaves.length).toBeGreaterThan(0);
    expect(leaves.every(({ row }) => row?.caseId === null)).toBe(true);
    const asked = access.world.request(caseAuditLeaves, specialist, {
      treeSize,
      caseId: shared.caseId,
    });
    await expect(asked).rejects.toMatchObject({ code: 'not-found' });
  });
});

describe('an operator', () => {
  it('sees administration, sign-ins and refusals of all, without names or allowed reads', async () => {
    await expect(access.check(gp, v7())).resolves.toEqual({ allowed: [] });
    const { entries } = await ofPlatform({ limit: 100 });
    expect(entries.length).toBeGreaterThan(3);
    expect(entries.every(({ actor }) => actor.name === null)).toBe(true);
    expect(entries.some(({ act, outcome }) => act === 'case.access' && outcome === 'allowed')).toBe(false);
    expect(entries.some(({ act, outcome }) => act === 'case.access' && outcome === 'refused')).toBe(true);
  });

  it('sees reads when asking for one case or one person, by ids only', async () => {
    const { entries } = await ofPlatform({ caseId: shared.caseId, act: 'case.access' });
    expect(entries.map(({ actor }) => actor)).toContainEqual({
      kind: 'member',
      id: specialist.memberId,
      name: null,
    });
    const inOrganisation = await ofPlatform({ organisationId: trust.organisationId });
    expect(
      inOrganisation.entries.some(({ act, outcome }) => act === 'case.access' && outcome === 'allowed'),
    ).toBe(false);
    expect((await rowsOf('audit.search-platform', operator.memberId)).length).toBeGreaterThanOrEqual(2);
  });

  it('is nobody without the role', async () => {
    await expect(access.world.request(searchPlatformAudit, trustAdmin, {})).rejects.toMatchObject({
      code: 'forbidden',
    });
  });
});

describe('a search', () => {
  it('pages through everything once, whatever the size of a page', async () => {
    const { caseId } = await access.newCase(gp, toMember(specialist));
    for (let n = 0; n < 23; n += 1) await access.check(n % 2 ? gp : specialist, caseId);
    const whole = (await ofCase(gp, caseId, { limit: 100, to: access.later() })).entries.slice(1);
    let count = 0;
    for (let cursor: string | undefined; ;) {
      const page = await ofCase(gp, caseId, { limit: 5, act: 'case.access', ...(cursor ? { cursor } : {}) });
      count += page.entries.filter(({ purpose }) => purpose === 'read').length;
      if (page.nextCursor === null) break;
      cursor = page.nextCursor;
    }
    expect(count).toBe(23);
    expect(whole.filter(({ purpose }) => purpose === 'read')).toHaveLength(23);
  });

  it('keeps to the time asked for, its end excluded', async () => {
    const { caseId } = await access.newCase(gp, toMember(specialist));
    access.world.clock.advance(60_000);
    const from = access.now().toISOString();
    await access.check(specialist, caseId);
    access.world.clock.advance(60_000);
    const to = access.now().toISOString();
    await access.check(specialist, caseId);
    const { entries } = await ofCase(gp, caseId, { from, to });
    expect(entries.map(({ at }) => at)).toEqual([from]);
  });

  it.each(['x', '2026-01-01T00:00:00.000000Z', '2026-13-41T00:00:00.000000Z_1', `_${'9'.repeat(25)}`])(
    'refuses the cursor %s',
    async (cursor) => {
      await expect(ofCase(gp, shared.caseId, { cursor })).rejects.toMatchObject({ code: 'invalid-input' });
    },
  );

  it('looks at a bounded number of rows, and can be gone on with', async () => {
    await access.sql(
      `insert into audit (at, actor_kind, actor_id, organisation_id, act, outcome)
       select $1::timestamptz + n * interval '1 ms', 'member', $2, $3, 'test.filler', 'allowed' from generate_series(1, 6000) as n`,
      [access.now(), gp.memberId, practice.organisationId],
    );
    const first = await ofOrganisation(practiceAdmin, { act: 'grant.give' });
    expect(first.entries).toEqual([]);
    const second = await ofOrganisation(practiceAdmin, { act: 'grant.give', cursor: first.nextCursor });
    expect(second.entries.length).toBeGreaterThan(0);
  });
});
