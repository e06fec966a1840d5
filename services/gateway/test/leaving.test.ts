import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { RunningService } from '@definitivedx/bus';
import {
  anonymisationDuty,
  auditTree,
  type ExportLine,
  type leave,
  type ReplyOf,
} from '@definitivedx/contracts';
import { startWorld, until, type World } from '@definitivedx/testing';
import { setStage, type Stage } from './support/cast.js';
import type { Client } from './support/client.js';
import { startGateway } from './support/gateway.js';
import { Issuer } from './support/issuer.js';
import { auditOf } from './support/organisations.js';
import { askForToken, Program } from './support/program.js';

type Leaving = ReplyOf<typeof leave>;

let world: World;
let issuer: Issuer;
let gateway: RunningService;
let stage: Stage;
let admin: Client;
let fileId: string;

const own = '/api/v1/organisation/export';
const departed = '/api/v1/departed-organisations/export';
const leaving = '/api/v1/organisation/leaving';
const today = () => new Date().toISOString().slice(0, 10);

beforeAll(async () => {
  world = await startWorld();
  issuer = await Issuer.start();
  await world.startProgram('access');
  await Promise.all(
    (['cases', 'notify', 'metrics', 'files'] as const).map((name) => world.startProgram(name)),
  );
  gateway = await startGateway(world, { issuer: issuer.url });
  await until(() => (issuer.asked.get('/jwks') ?? 0) > 0, 'the keys fetched');
  stage = await setStage(world, issuer, gateway.url);
  ({ admin } = stage.clients);
  const uploaded = await stage.clients.requester.fetch(`/api/v1/cases/${stage.caseId}/files`, {
    method: 'POST',
    headers: {
      'content-type': 'text/plain',
      'content-disposition': 'attachment; filename="Observations.txt"',
      'x-attestation-version': anonymisationDuty.version,
      'x-attestation-hash': anonymisationDuty.hash,
    },
    body: 'Temperature 38.5 on day 3.',
  });
  expect(uploaded.status).toBe(201);
  ({ fileId } = (await uploaded.json()) as { fileId: string });
}, 90_000);
afterAll(async () => {
  issuer.stop();
  await world.stop();
});

/** The lines of a whole export. */
async function take(by: Client, path: string, headers: Record<string, string> = {}): Promise<ExportLine[]> {
  const response = await by.fetch(path, { headers });
  expect([response.status, response.headers.get('content-type')]).toEqual([200, 'application/x-ndjson']);
  const text = await response.text();
  const lines = text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as ExportLine);
  expect(lines[0]).toMatchObject({ type: 'header', format: 'definitivedx-organisation', version: 1 });
  expect(lines.at(-1)).toEqual({ type: 'end', lines: lines.length - 1 });
  return lines;
}
const ofType = (lines: readonly ExportLine[], type: string) => lines.filter((line) => line.type === type);
const codeOf = async (by: Client, method: string, path: string, body?: unknown) =>
  (await by.ask(method, path, body)).body.code;

describe('an organisation that leaves', () => {
  let token: string;
  let organisationId: string;
  let program: Client;

  it('says so by its administrator; until then there is nothing to export', async () => {
    const { requester, otherAdmin, operator } = stage.clients;
    expect(await codeOf(admin, 'GET', own)).toBe('conflict');
    const form = { leavesOn: today(), reason: 'another-service' };
    expect(await codeOf(requester, 'POST', leaving, form)).toBe('forbidden');
    expect(await codeOf(admin, 'POST', leaving, { ...form, leavesOn: '2020-01-01' })).toBe('invalid-input');
    expect(await codeOf(admin, 'POST', leaving, { ...form, organisationId: stage.caseId })).toBe(
      'invalid-input',
    );
    const { status, body } = await admin.ask<Leaving>('POST', leaving, form);
    expect([status, body.state, body.odsCode]).toEqual([200, 'asked', 'PRAC1']);
    ({ exportToken: token, organisationId } = body);
    expect(await codeOf(otherAdmin, 'GET', leaving)).toBe('not-found');
    expect(await codeOf(requester, 'GET', leaving)).toBe('forbidden');
    expect(await codeOf(operator, 'POST', `/api/v1/organisations/${organisationId}/closure`)).toBe(
      'conflict',
    );
    // Its token is for when nobody can sign in any more.
    const early = await admin.fetch(departed, { headers: { 'export-token': token } });
    expect(early.status).toBe(404);
  });

  it('takes what is its own along, without the content of cases', async () => {
    const panel = await admin.ask('POST', '/api/v1/organisation/panels', {
      name: 'Practice panel',
      specialty: 'General practice',
      phone: '01632 960002',
      leadMemberId: stage.memberId.requester,
      memberIds: [stage.memberId.requester],
      openTo: 'all-organisations',
    });
    expect([panel.status, panel.body.issues]).toEqual([201, undefined]);
    const registered = await Program.register(admin, world.publicUrl, ['export', 'webhooks']);
    const answer = await askForToken(gateway.url, await registered.assertion(world.clock.now()));
    program = stage.clients.anonymous.withToken(answer.body.access_token ?? '');
    const made = await admin.ask('POST', '/api/v1/organisation/webhooks', {
      url: 'http://127.0.0.1:9/hook',
      eventTypes: ['case.shared'],
    });
    expect(made.status).toBe(201);
    const { secret } = made.body as unknown as { secret: string };

    for (const by of [admin, program]) {
      const lines = await take(by, own);
      expect(ofType(lines, 'organisation')).toMatchObject([{ odsCode: 'PRAC1', status: 'active' }]);
      expect(ofType(lines, 'issuer')).toHaveLength(1);
      const members = ofType(lines, 'member');
      expect(members.map((one) => one['name']).sort()).toEqual(
        ['admin', 'colleague', 'cover', 'governance', 'programmeLead', 'requester'].map(
          (one) => `Cast ${one}`,
        ),
      );
      expect(ofType(lines, 'panel')).toMatchObject([
        { name: 'Practice panel', memberIds: [stage.memberId.requester] },
      ]);
      expect(ofType(lines, 'client')).toMatchObject([{ scopes: ['export', 'webhooks'] }]);
      expect(ofType(lines, 'webhook')).toMatchObject([{ url: 'http://127.0.0.1:9/hook' }]);
      const grants = ofType(lines, 'grant');
      expect(grants).toContainEqual(
        expect.objectContaining({
          caseId: stage.caseId,
          member: { memberId: stage.memberId.invited, name: 'Cast invited', organisation: 'Test OTHER1' },
        }),
      );
      expect(grants).toContainEqual(
        expect.objectContaining({
          panel: { panelId: stage.panelId, name: 'General paediatrics', organisation: 'Test TRUST1' },
        }),
      );
      expect(ofType(lines, 'governance-opening')).toHaveLength(1);
      expect(ofType(lines, 'case')).toEqual([]);
      expect(ofType(lines, 'file')).toEqual([]);
      const text = JSON.stringify(lines);
      for (const hidden of [secret, token, 'Is this rash', 'Observations.txt', 'private', 'Cast stranger'])
        expect(text).not.toContain(hidden);
    }
  });

  it('takes its cases along once two people agreed, and each is on record', async () => {
    const { governance, requester } = stage.clients;
    const refused = await admin.ask('GET', `${own}?cases=true`);
    expect([refused.status, refused.body.detail]).toEqual([403, expect.stringContaining('governance lead')]);
    const approval = `${leaving}/case-export/approval`;
    expect(await codeOf(governance, 'POST', approval)).toBe('conflict');
    expect(await codeOf(governance, 'POST', `${leaving}/case-export`)).toBe('forbidden');
    expect((await admin.ask<Leaving>('POST', `${leaving}/case-export`)).body.caseExport).toBe('asked');
    expect(await codeOf(requester, 'POST', approval)).toBe('forbidden');
    expect(await codeOf(admin, 'POST', approval)).toBe('forbidden');
    // Nor does having both parts help: it takes two people.
    const both = { memberIds: [stage.memberId.admin, stage.memberId.governance] };
    expect((await admin.ask('PUT', '/api/v1/organisation/duties/governance', both)).status).toBe(200);
    expect(await codeOf(admin, 'POST', approval)).toBe('forbidden');
    expect((await admin.ask('GET', `${own}?cases=true`)).status).toBe(403);
    expect((await governance.ask<Leaving>('POST', approval)).body.caseExport).toBe('approved');

    const lines = await take(admin, `${own}?cases=true`);
    const [found, ...others] = ofType(lines, 'case');
    expect(others).toEqual([]);
    expect(found).toMatchObject({
      caseId: stage.caseId,
      question: 'Is this rash worth a referral?',
      requesterId: stage.memberId.requester,
    });
    expect(found!['people']).toContainEqual({
      memberId: stage.memberId.requester,
      name: 'Cast requester',
      organisation: 'Test PRAC1',
    });
    expect(found!['people']).toContainEqual({
      memberId: stage.memberId.panelMember,
      name: 'Cast panelMember',
      organisation: 'Test TRUST1',
    });
    expect(ofType(lines, 'file')).toMatchObject([{ fileId, caseId: stage.caseId, name: 'Observations.txt' }]);
    const [written] = await auditOf(world, 'case.export');
    expect(written).toMatchObject({ actor_id: stage.memberId.admin, organisation_id: organisationId });
    const db = await world.database('access');
    const [audit] = await db.run<{ rows: number }>({
      name: '',
      text: 'select count(*)::int as rows from audit',
    });
    const signed = async () =>
      (await world.request(auditTree, await world.as('gateway'), {})).head?.treeSize ?? 0;
    await until(async () => (await signed()) >= audit!.rows, 'a signed head over all of it', 40_000);
    const rows = ofType(await take(admin, own), 'audit-row');
    const acts = rows.map((line) => (line['row'] as { act: string }).act);
    expect(acts).toEqual(expect.arrayContaining(['case.export', 'case-export.ask', 'case-export.approve']));
    for (const { path } of rows) expect(Array.isArray(path)).toBe(true);
  });

  it('is closed by an operator once it is confirmed, and then nobody acts for it', async () => {
    const { operator, requester, panelMember, governance } = stage.clients;
    const at = `/api/v1/organisations/${organisationId}`;
    expect(await codeOf(admin, 'POST', `${at}/leaving-confirmation`)).toBe('forbidden');
    const confirmed = await operator.ask<Leaving>('POST', `${at}/leaving-confirmation`);
    expect(confirmed.body.state).toBe('confirmed');
    const closed = await operator.ask<Leaving>('POST', `${at}/closure`);
    expect([closed.status, closed.body.state]).toEqual([200, 'closed']);
    const again = await operator.ask<Leaving>('POST', `${at}/closure`);
    expect(again.body.closedAt).toBe(closed.body.closedAt);
    await until(async () => {
      const statuses = await Promise.all(
        [admin, requester, governance].map(async (one) => (await one.ask('GET', '/api/v1/me')).status),
      );
      return statuses.every((status) => status === 403);
    }, 'everybody out');
    await until(async () => (await program.ask('GET', own)).status === 401, 'its program out');
    const db = await world.database('access');
    const [left] = await db.run<{ places: number; panels: number }>({
      name: '',
      text: `select (select count(*)::int from acting a join organisation o on o.id = a.organisation_id
                      where o.ods_code = 'PRAC1') as places,
                    (select count(*)::int from panel p join organisation o on o.id = p.organisation_id
                      where o.ods_code = 'PRAC1' and p.status <> 'closed') as panels`,
    });
    expect(left).toEqual({ places: 0, panels: 0 });
    // Who answers for the case goes on seeing it.
    expect((await panelMember.ask('GET', `/api/v1/cases/${stage.caseId}`)).status).toBe(200);
    const list = await operator.ask<{ leavings: Leaving[] }>('GET', '/api/v1/leavings');
    expect(list.body.leavings).toMatchObject([{ odsCode: 'PRAC1', state: 'closed' }]);
  });

  it('has its export for 90 days more, by its token alone', async () => {
    const { anonymous } = stage.clients;
    const withToken = (value: string) => ({ 'export-token': value });
    await until(async () => {
      const lines = await take(anonymous, `${departed}?cases=true`, withToken(token));
      expect(ofType(lines, 'organisation')).toMatchObject([{ status: 'closed' }]);
      expect(ofType(lines, 'member')).toHaveLength(6);
      expect(ofType(lines, 'case')).toHaveLength(1);
      return ofType(lines, 'webhook')[0]?.['status'] === 'deleted';
    }, 'its webhook gone');
    expect((await auditOf(world, 'case.export'))[0]).toMatchObject({
      actor_kind: 'unknown',
      organisation_id: organisationId,
    });
    for (const wrong of ['', `${token}x`, token.slice(1)]) {
      expect((await anonymous.fetch(departed, { headers: withToken(wrong) })).status).toBe(404);
    }
    // The programs run on the clock on the wall: the closing is moved into the past.
    const db = await world.database('access');
    await db.run({ name: '', text: `update leaving set closed_at = closed_at - interval '90 days'` });
    expect((await anonymous.fetch(departed, { headers: withToken(token) })).status).toBe(404);
  });
});
