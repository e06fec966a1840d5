import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { v7 } from 'uuid';
import type { ClientCaller, MemberCaller } from '@definitivedx/auth';
import {
  addMember,
  beginConformanceRun,
  getConformanceRun,
  identifyMember,
  latestConformanceRuns,
  listConformanceRuns,
  plainProfile,
  registerIssuer,
  scimCreate,
  scimDelete,
  scimFind,
  scimPatch,
  type ReplyOf,
} from '@definitivedx/contracts';
import { AccessWorld, issuer } from './access-world.js';

type Report = ReplyOf<typeof getConformanceRun>;
type Organisation = Awaited<ReturnType<AccessWorld['organisation']>>;

let access: AccessWorld;

beforeAll(async () => {
  access = await AccessWorld.start();
  await access.world.startProgram('notify');
}, 60_000);
afterAll(() => access.stop());

const begin = (caller: MemberCaller | ClientCaller) =>
  access.world.request(beginConformanceRun, caller, { commandId: v7() });
const report = (caller: MemberCaller | ClientCaller, { runId }: { runId: string }) =>
  access.world.request(getConformanceRun, caller, { runId });
const checkOf = (of: Report, check: string) => of.checks.find((one) => one.check === check);

async function trust(): Promise<{
  organisation: Organisation;
  admin: MemberCaller;
  directory: ClientCaller;
}> {
  const organisation = await access.organisation('trust');
  const admin = await access.member(organisation, ['organisation-admin']);
  const { organisationId } = organisation;
  const directory = await access.world.program({ organisationId, scopes: ['scim', 'conformance'] });
  return { organisation, admin, directory };
}

/** An issuer of the organisation's own, where we are a client. */
async function ownIssuer({ odsCode }: Organisation): Promise<string> {
  const own = `https://${odsCode.toLowerCase()}.invalid`;
  await access.operator(registerIssuer, {
    issuer: own,
    discoveryUrl: own,
    clientId: 'definitivedx',
    shared: false,
    profile: plainProfile,
    acrValues: ['AAL2'],
    audience: null,
    organisations: [{ odsCode }],
  });
  return own;
}

async function signIn(of: MemberCaller, at: string): Promise<void> {
  const subject = v7();
  await access.sql('insert into identity (issuer, subject, member_id) values ($1, $2, $3)', [
    at,
    subject,
    of.memberId,
  ]);
  const { odsCode } = (
    await access.sql<{ odsCode: string }>('select ods_code as "odsCode" from organisation where id = $1', [
      of.organisationId,
    ])
  )[0]!;
  await access.world.request(identifyMember, await access.world.as('gateway'), {
    ...{ issuer: at, subject, odsCode, signIn: true },
  });
}

const createUser = (caller: MemberCaller | ClientCaller, userName: string, externalId?: string) =>
  access.world.request(scimCreate, caller, {
    kind: 'User',
    commandId: v7(),
    resource: { userName, displayName: 'A trial', ...(externalId === undefined ? {} : { externalId }) },
  });
const setActive = (caller: MemberCaller | ClientCaller, user: Record<string, unknown>, active: boolean) =>
  access.world.request(scimPatch, caller, {
    ...{ kind: 'User', id: user['id'] as string },
    operations: [{ op: 'replace', path: 'active', value: active }],
  });

describe('a sign-in', () => {
  it('counts through an issuer of the own, not the deployment’s, and not from before', async () => {
    const { organisation, admin } = await trust();
    const own = await ownIssuer(organisation);
    await signIn(admin, own);
    access.world.clock.advance(1);
    const run = await begin(admin);
    expect(checkOf(await report(admin, run), 'sign-in')).toMatchObject({ state: 'waiting', evidence: {} });
    await signIn(admin, issuer);
    expect(checkOf(await report(admin, run), 'sign-in')).toMatchObject({
      state: 'failed',
      evidence: { code: 'other-issuer', issuer },
    });
    await signIn(admin, own);
    expect(checkOf(await report(admin, run), 'sign-in')).toMatchObject({
      state: 'passed',
      evidence: { memberId: admin.memberId, issuer: own },
    });
  });

  it('counts through the deployment’s while the organisation has no other, and only its own members’', async () => {
    const [one, other] = [await trust(), await trust()];
    const run = await begin(one.admin);
    await signIn(other.admin, issuer);
    expect(checkOf(await report(one.admin, run), 'sign-in')?.state).toBe('waiting');
    await signIn(one.admin, issuer);
    expect(checkOf(await report(one.admin, run), 'sign-in')?.state).toBe('passed');
  });
});

describe('provisioning', () => {
  it('counts made and disabled by a program of the organisation, under the name of the run', async () => {
    const [{ admin, directory }, other] = [await trust(), await trust()];
    const run = await begin(directory);
    const otherRun = await begin(other.admin);
    const scim = async () => checkOf(await report(admin, run), 'scim');

    await setActive(directory, await createUser(directory, `${run.scimUserName}x@trust.invalid`), false);
    await setActive(directory, await createUser(directory, `${otherRun.scimUserName}@trust.invalid`), false);
    const elsewhere = await createUser(other.directory, `${run.scimUserName}@other.invalid`);
    await setActive(other.directory, elsewhere, false);
    expect((await scim())?.state).toBe('waiting');

    const subject = v7();
    const user = await createUser(directory, `${run.scimUserName.toUpperCase()}@trust.invalid`, subject);
    // Disabled by hand: the directory has not shown that it can.
    await setActive(admin, user, false);
    expect(await scim()).toMatchObject({ state: 'waiting', evidence: { code: 'still-active' } });
    await setActive(admin, user, true);
    await setActive(directory, user, false);
    await setActive(admin, user, true);
    expect(await scim()).toMatchObject({ state: 'failed', evidence: { code: 'active-again' } });
    await setActive(directory, user, false);
    expect(await scim()).toMatchObject({ state: 'passed', evidence: { clientId: directory.clientId } });

    // The run has cleaned up: no such user, nobody can sign in so, and the name is free.
    const found = await access.world.request(scimFind, directory, {
      kind: 'User',
      filter: `userName eq "${run.scimUserName}@trust.invalid"`,
    });
    expect(found.total).toBe(0);
    expect(await access.sql('select 1 from identity where subject = $1', [subject])).toEqual([]);
    expect(await access.sql('select status from member where id = $1', [user['id']])).toEqual([
      { status: 'disabled' },
    ]);
    expect(checkOf(await report(other.admin, otherRun), 'scim')?.state).toBe('waiting');
  });

  it('leaves alone who was there before the run', async () => {
    const { organisation, admin, directory } = await trust();
    await ownIssuer(organisation);
    const subject = v7();
    const known = await createUser(directory, `before-${v7()}@trust.invalid`, subject);
    await access.world.request(scimDelete, directory, { kind: 'User', id: known['id'] as string });
    access.world.clock.advance(1);
    const run = await begin(admin);
    const again = await createUser(directory, `${run.scimUserName}@trust.invalid`, subject);
    expect(again['id']).toBe(known['id']);
    await setActive(directory, again, false);
    expect(checkOf(await report(admin, run), 'scim')?.state).toBe('passed');
    expect(await access.sql('select 1 from identity where subject = $1', [subject])).toHaveLength(1);
    expect(await access.sql('select status from member where id = $1', [known['id']])).toEqual([
      { status: 'active' },
    ]);
  });
});

describe('a run', () => {
  it('is over after seven days, keeps what passed in time, and clears what was left behind', async () => {
    const { admin, directory } = await trust();
    const run = await begin(admin);
    await signIn(admin, issuer);
    const user = await createUser(directory, `${run.scimUserName}@trust.invalid`);
    access.world.clock.advance(7 * 86_400_000);
    await setActive(directory, user, true);
    const over = await report(admin, run);
    expect(over.state).toBe('expired');
    expect(over.checks.map(({ state }) => state)).toEqual(['passed', 'expired', 'expired', 'expired']);
    const [place] = await access.sql<{ status: string; removed: boolean }>(
      'select status, removed_at is not null as removed from membership where member_id = $1',
      [user['id']],
    );
    expect(place).toEqual({ status: 'ended', removed: true });
    await signIn(admin, issuer);
    const { reportedAt: _a, ...first } = over;
    expect(await report(admin, run)).toMatchObject(first);
    const next = await begin(admin);
    expect(next.runId).not.toBe(run.runId);
    const { runs } = await access.world.request(listConformanceRuns, admin, {});
    expect(runs.map(({ state }) => state)).toEqual(['running', 'expired']);
  });

  it('is begun once, however many ask at once', async () => {
    const { admin } = await trust();
    const answers = await Promise.allSettled(Array.from({ length: 5 }, () => begin(admin)));
    expect(answers.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    for (const answer of answers)
      if (answer.status === 'rejected') expect(answer.reason).toMatchObject({ code: 'conflict' });
  });

  it('is nobody else’s: not another organisation’s, nor a former administrator’s', async () => {
    const [one, other] = [await trust(), await trust()];
    const run = await begin(one.admin);
    await expect(report(other.admin, run)).rejects.toMatchObject({ code: 'not-found' });
    await expect(report(other.directory, run)).rejects.toMatchObject({ code: 'not-found' });
    const clinician = await access.member(one.organisation, ['clinician']);
    await expect(begin(clinician)).rejects.toMatchObject({ code: 'forbidden' });
    // A token that says more than the directory does.
    const former = await access.world.member({ ...clinician, roles: ['organisation-admin'] });
    await expect(report(former, run)).rejects.toMatchObject({ code: 'forbidden' });
    const without = await access.world.program({
      organisationId: one.organisation.organisationId,
      scopes: ['scim'],
    });
    await expect(report(without, run)).rejects.toMatchObject({ code: 'forbidden' });
    await expect(access.world.request(latestConformanceRuns, one.admin, {})).rejects.toMatchObject({
      code: 'forbidden',
    });
    await expect(
      access.world.request(addMember, without, {
        ...{ commandId: v7(), name: 'x', email: 'x@demo.invalid', roles: ['clinician'] },
      }),
    ).rejects.toMatchObject({ code: 'forbidden' });
  });
});
