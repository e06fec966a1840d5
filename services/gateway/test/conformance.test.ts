import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { RunningService } from '@definitivedx/bus';
import {
  registerPanel,
  setRota,
  type ReplyOf,
  type conformanceReport,
  type latestConformanceRuns,
} from '@definitivedx/contracts';
import { startWorld, until, type World } from '@definitivedx/testing';
import type { z } from 'zod';
import { Browser } from './support/browser.js';
import { Client } from './support/client.js';
import { startGateway } from './support/gateway.js';
import { Issuer } from './support/issuer.js';
import { auditOf, register, registerPerson, registerTrust } from './support/organisations.js';
import { publishTexts } from './support/people.js';
import { askForToken, Program } from './support/program.js';

type Report = z.output<typeof conformanceReport>;
type Check = Report['checks'][number];

const runs = '/api/v1/organisation/conformance-runs';

let world: World;
let gateway: RunningService;
/** The deployment's own issuer, whose tokens people bring along here. */
let own: Issuer;
let admin: Client;
let onCall: Client;
let clinician: Client;
let stranger: Client;
let operator: Client;
let panelId: string;
let webhookId: string;
let endpoint: Server;
let answer = 204;

beforeAll(async () => {
  world = await startWorld();
  own = await Issuer.start();
  await Promise.all([world.identityProvider(), world.startProgram('access'), world.startProgram('notify')]);
  await publishTexts(world, '1');
  for (const odsCode of ['TRUST1', 'TRUST2']) await registerTrust(world, odsCode);
  await register(world, world.trustIssuer, {
    clientId: 'definitivedx-gateway',
    organisations: [{ odsCode: 'TRUST1' }],
  });
  await registerPerson(world, world.trustIssuer, 'demo-new-trust-admin', ['TRUST1']);
  gateway = await startGateway(world, { issuer: own.url });
  await until(() => (own.asked.get('/jwks') ?? 0) > 0, 'the keys fetched');
  const specialistId = await registerPerson(world, own.url, 'specialist', ['TRUST1'], ['specialist']);
  await registerPerson(world, own.url, 'admin', ['TRUST1'], ['organisation-admin']);
  await registerPerson(world, own.url, 'clinician', ['TRUST1']);
  await registerPerson(world, own.url, 'stranger', ['TRUST2'], ['organisation-admin']);
  await registerPerson(world, own.url, 'operator', ['TRUST2'], ['operator']);
  [admin, onCall, clinician, stranger, operator] = (await Promise.all(
    ['admin', 'specialist', 'clinician', 'stranger', 'operator'].map(bearer),
  )) as [Client, Client, Client, Client, Client];
  const asOperator = await world.as('operator');
  ({ panelId } = await world.request(registerPanel, asOperator, {
    odsCode: 'TRUST1',
    name: 'General paediatrics',
    specialty: 'Paediatrics',
    phone: '01632 960001',
    leadMemberId: specialistId,
    memberIds: [specialistId],
  }));
  const shifts = [1, 2, 3, 4, 5, 6, 7].map((weekday) => ({
    weekday,
    start: '00:00',
    end: '24:00',
    memberId: specialistId,
  }));
  await world.request(setRota, asOperator, { panelId, timeZone: 'Europe/London', shifts });
  endpoint = createServer((request, response) => {
    request.resume();
    response.writeHead(answer).end();
  });
  await new Promise<void>((listening) => endpoint.listen(0, '127.0.0.1', listening));
  const url = `http://127.0.0.1:${String((endpoint.address() as AddressInfo).port)}/hook`;
  const created = await admin.ask<{ webhookId: string }>('POST', '/api/v1/organisation/webhooks', {
    url,
    eventTypes: ['case.shared'],
  });
  webhookId = created.body.webhookId;
}, 90_000);
afterAll(async () => {
  own.stop();
  endpoint.close();
  await world.stop();
});

async function bearer(subject: string): Promise<Client> {
  const client = new Client(gateway.url, await own.token(subject));
  await client.consent();
  return client;
}

async function program(...scopes: string[]): Promise<Client> {
  const one = await Program.register(admin, world.publicUrl, scopes);
  const { body } = await askForToken(gateway.url, await one.assertion(world.clock.now()));
  return new Client(gateway.url, body.access_token);
}

/** Everything a run asks for, with a user of this name. */
async function signInAtOwnIssuer(): Promise<void> {
  await until(
    async () =>
      (await new Browser(world.publicUrl).signIn('new-trust-admin', '/', 'TRUST1').catch(() => undefined))
        ?.status === 303,
    'the sign-in',
    8_000,
  );
}
async function provision(by: Client, userName: string): Promise<string> {
  const { status, body } = await by.ask<{ id: string }>('POST', '/scim/v2/Users', {
    schemas: ['urn:ietf:params:scim:schemas:core:2.0:User'],
    userName,
    displayName: 'A trial',
    active: true,
  });
  expect(status).toBe(201);
  return body.id;
}
async function disable(by: Client, userId: string): Promise<void> {
  const { status } = await by.ask('PATCH', `/scim/v2/Users/${userId}`, {
    schemas: ['urn:ietf:params:scim:api:messages:2.0:PatchOp'],
    Operations: [{ op: 'Replace', path: 'active', value: 'False' }],
  });
  expect(status).toBe(200);
}
async function ping(by: Client): Promise<void> {
  expect((await by.ask('POST', `/api/v1/organisation/webhooks/${webhookId}/ping`, {})).status).toBeLessThan(
    300,
  );
}
async function page(by: Client): Promise<string> {
  const { status, body } = await by.ask<{ pageId: string }>(
    'POST',
    `/api/v1/organisation/panels/${panelId}/test-pages`,
    {},
  );
  expect(status).toBe(200);
  return body.pageId;
}
const acknowledge = (by: Client, pageId: string) =>
  by.ask('POST', `/api/v1/test-pages/${pageId}/acknowledgement`, {});

const reportOf = async (by: Client, runId: string): Promise<Report> => {
  const { status, body } = await by.ask<Report>('GET', `${runs}/${runId}`);
  expect(status).toBe(200);
  return body;
};
const stateOf = (report: Report, check: Check['check']): Check['state'] | undefined =>
  report.checks.find((one) => one.check === check)?.state;
const statesOf = (report: Report) => report.checks.map(({ state }) => state);

describe('a conformance run', () => {
  let run: Report;
  let withAll: Client;

  it('begins with nothing, whatever was done before it', async () => {
    withAll = await program('conformance', 'scim', 'webhooks');
    await signInAtOwnIssuer();
    await ping(admin);
    await acknowledge(onCall, await page(admin));
    await disable(withAll, await provision(withAll, 'conformance-before@trust.invalid'));

    const { status, headers, body } = await admin.ask<Report>('POST', runs, undefined, {
      'idempotency-key': 'first-run',
    });
    expect(status).toBe(201);
    run = body;
    expect(headers.get('location')).toBe(`${runs}/${run.runId}`);
    expect(run).toMatchObject({ state: 'running', endedAt: null, organisation: { odsCode: 'TRUST1' } });
    expect(Date.parse(run.expiresAt) - Date.parse(run.startedAt)).toBe(7 * 86_400_000);
    expect(statesOf(await reportOf(admin, run.runId))).toEqual(['waiting', 'waiting', 'waiting', 'waiting']);

    const again = await admin.ask<Report>('POST', runs, undefined, { 'idempotency-key': 'first-run' });
    expect(again.body.runId).toBe(run.runId);
    expect((await admin.ask('POST', runs)).body.code).toBe('conflict');
  });

  it('is for administrators of the organisation and its programs for that, and nobody declares anything', async () => {
    const narrow = await program('webhooks');
    for (const who of [clinician, operator, narrow]) {
      for (const [method, path] of [
        ['POST', runs],
        ['GET', runs],
        ['GET', `${runs}/${run.runId}`],
      ] as const)
        expect((await who.ask(method, path)).body.code).toBe('forbidden');
    }
    expect((await stranger.ask('GET', `${runs}/${run.runId}`)).body.code).toBe('not-found');
    expect((await stranger.ask<{ runs: unknown[] }>('GET', runs)).body.runs).toEqual([]);
    expect((await narrow.ask('GET', '/api/v1/organisation/test-pages')).body.code).toBe('forbidden');

    for (const said of [{ state: 'passed' }, { checks: [{ check: 'scim', state: 'passed' }] }])
      expect((await admin.ask('POST', runs, said)).body.code).toBe('invalid-input');
    for (const method of ['PUT', 'PATCH', 'POST'])
      expect((await admin.ask(method, `${runs}/${run.runId}`, { state: 'passed' })).status).toBe(404);
  });

  it('sees each step as it happens, and only the real ones', async () => {
    await signInAtOwnIssuer();
    let report = await reportOf(withAll, run.runId);
    expect(statesOf(report)).toEqual(['passed', 'waiting', 'waiting', 'waiting']);
    expect(report.checks[0]?.evidence['issuer']).toBe(world.trustIssuer);

    // By hand is not by the directory.
    const name = `${run.scimUserName}@trust.invalid`;
    const byHand = await provision(admin, name);
    await disable(admin, byHand);
    expect(stateOf(await reportOf(admin, run.runId), 'scim')).toBe('waiting');
    await admin.ask('DELETE', `/scim/v2/Users/${byHand}`);
    const userId = await provision(withAll, name);
    report = await reportOf(admin, run.runId);
    expect(report.checks[1]).toMatchObject({ state: 'waiting', evidence: { code: 'still-active' } });
    await disable(withAll, userId);
    report = await reportOf(admin, run.runId);
    expect(report.checks[1]).toMatchObject({ state: 'passed', evidence: { memberId: userId } });
    expect((await withAll.ask('GET', `/scim/v2/Users/${userId}`)).status).toBe(404);

    answer = 500;
    await ping(withAll);
    await until(
      async () => stateOf(await reportOf(admin, run.runId), 'webhook') === 'failed',
      'the endpoint seen to fail',
    );
    answer = 204;
    await ping(withAll);
    await until(
      async () => stateOf(await reportOf(admin, run.runId), 'webhook') === 'passed',
      'the endpoint seen to answer',
    );

    const pageId = await page(withAll);
    expect((await acknowledge(admin, pageId)).status).toBe(404);
    report = await reportOf(admin, run.runId);
    expect(report.checks[3]).toMatchObject({ state: 'waiting', evidence: { code: 'not-acknowledged' } });
    expect((await acknowledge(onCall, pageId)).status).toBe(200);
    report = await reportOf(withAll, run.runId);
    expect(report).toMatchObject({ state: 'passed' });
    expect(statesOf(report)).toEqual(['passed', 'passed', 'passed', 'passed']);
    for (const { at } of report.checks) {
      expect(at! >= run.startedAt && at! <= report.reportedAt).toBe(true);
    }
    expect((await auditOf(world, 'conformance.pass'))[0]).toMatchObject({ subject_id: run.runId });
  });

  it('stays as it was shown, in the lists of the organisation and of operators', async () => {
    const before = await reportOf(admin, run.runId);
    await ping(admin);
    const { reportedAt: _now, ...after } = await reportOf(admin, run.runId);
    expect(before).toMatchObject(after);
    const { body } = await admin.ask<{ runs: { runId: string; state: string; passed: string[] }[] }>(
      'GET',
      runs,
    );
    expect(body.runs).toMatchObject([
      { runId: run.runId, state: 'passed', passed: ['sign-in', 'scim', 'webhook', 'test-page'] },
    ]);
    const all = await operator.ask<ReplyOf<typeof latestConformanceRuns>>('GET', '/api/v1/conformance-runs');
    expect(all.body.organisations).toMatchObject([
      { odsCode: 'TRUST1', run: { runId: run.runId, state: 'passed' } },
      { odsCode: 'TRUST2', run: null },
    ]);
    expect(JSON.stringify(all.body)).not.toContain('evidence');
    expect((await admin.ask('GET', '/api/v1/conformance-runs')).body.code).toBe('forbidden');
    expect((await admin.ask('POST', runs)).status).toBe(201);
  });
});
