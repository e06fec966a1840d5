import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { v7 } from 'uuid';
import type { RunningService } from '@definitivedx/bus';
import {
  registerMember,
  registerOrganisation,
  registerPanel,
  type createCase,
  type getMember,
  type getOwnPanel,
  type MemberImport,
  type ReplyOf,
  type Role,
} from '@definitivedx/contracts';
import { startWorld, until, type World } from '@definitivedx/testing';
import { aCase, Client } from './support/client.js';
import { startGateway } from './support/gateway.js';
import { Issuer } from './support/issuer.js';
import { publishTexts } from './support/people.js';

let world: World;
let issuer: Issuer;
/** Two replicas. */
let gateways: RunningService[];
const ids = new Map<string, string>();
const clients = new Map<string, Client[]>();

const people: Readonly<Record<string, readonly [odsCode: string, role: Role]>> = {
  admin: ['TRUST1', 'organisation-admin'],
  lead: ['TRUST1', 'specialist'],
  specialist: ['TRUST1', 'specialist'],
  gp: ['PRAC1', 'clinician'],
};

beforeAll(async () => {
  world = await startWorld();
  issuer = await Issuer.start();
  await world.startProgram('access');
  await Promise.all((['cases', 'notify'] as const).map((name) => world.startProgram(name)));
  const operator = await world.as('operator');
  for (const [odsCode, kind] of [
    ['TRUST1', 'trust'],
    ['PRAC1', 'practice'],
  ] as const)
    await world.request(registerOrganisation, operator, { odsCode, name: `Test ${odsCode}`, kind });
  await publishTexts(world, '1');
  const start = (port: number) => startGateway(world, { issuer: issuer.url, port });
  gateways = [await start(world.ports.gateway), await start(0)];
  for (const [person, [odsCode, role]] of Object.entries(people)) {
    const { memberId } = await world.request(registerMember, operator, {
      issuer: issuer.url,
      subject: person,
      name: `Test ${person}`,
      email: `${person}@demo.invalid`,
      memberships: [{ odsCode, roles: [role] }],
    });
    ids.set(person, memberId);
    await comesIn(person);
  }
}, 60_000);
afterAll(async () => {
  issuer.stop();
  await world.stop();
});

/** Has a person sign in, at each replica, and accept the texts. */
async function comesIn(person: string): Promise<void> {
  const token = await issuer.token(person);
  clients.set(
    person,
    gateways.map(({ url }) => new Client(url, token)),
  );
  await as(person).consent();
}
const as = (person: string, replica = 0): Client => clients.get(person)![replica]!;
const at = '/api/v1/organisation';
type Member = ReplyOf<typeof getMember>;

async function added(subject: string, roles: Role[] = ['specialist']): Promise<Member> {
  const email = `${subject}@demo.invalid`;
  const { status, body } = await as('admin').ask<Member>('POST', `${at}/members`, {
    name: 'Added',
    email,
    roles,
    subject,
  });
  expect(status).toBe(201);
  ids.set(subject, body.memberId);
  return body;
}

describe('a deactivated member', () => {
  it('is out on every replica, at once for what decides, within two seconds at the door', async () => {
    const subject = v7();
    const { memberId } = await added(subject);
    await comesIn(subject);
    for (const replica of [0, 1])
      expect((await as(subject, replica).ask('GET', '/api/v1/cases')).status).toBe(200);

    const { status } = await as('admin').ask('POST', `${at}/members/${memberId}/deactivate`);
    const from = Date.now();
    expect(status).toBe(200);
    for (const replica of [0, 1]) {
      await until(
        async () => (await as(subject, replica).ask('GET', '/api/v1/me')).status === 403,
        'the door to close',
      );
      expect(Date.now() - from).toBeLessThan(2_000);
    }
    for (const path of ['/api/v1/cases', '/api/v1/panels', '/api/v1/events'])
      expect((await as(subject, 1).ask('GET', path)).status).toBe(403);
    expect((await as('admin').ask('POST', `${at}/members/${memberId}/reopen`)).status).toBe(200);
    await until(
      async () => (await as(subject, 1).ask('GET', '/api/v1/me')).status === 200,
      'the door to open',
    );
  });

  it('is told in their stream of the cases that they lost, when they still act elsewhere', async () => {
    const subject = v7();
    const { memberId } = await added(subject);
    await comesIn(subject);
    const { panelId } = await world.request(registerPanel, await world.as('operator'), {
      odsCode: 'TRUST1',
      name: `Panel ${subject}`,
      specialty: 'Paediatrics',
      phone: '01632 960001',
      leadMemberId: ids.get('lead')!,
      memberIds: [ids.get('lead')!, memberId],
    });
    const { body } = await as('gp').ask<ReplyOf<typeof createCase>>('POST', '/api/v1/cases', aCase(panelId));
    expect((await as(subject).ask('GET', `/api/v1/cases/${body.caseId}`)).status).toBe(200);
    const stream = await as(subject).fetch('/api/v1/events', { headers: { 'last-event-id': '0' } });
    const left = await as('admin').ask('DELETE', `${at}/panels/${panelId}/members/${memberId}`);
    expect(left.status).toBe(200);
    expect((await as(subject).ask('GET', `/api/v1/cases/${body.caseId}`)).status).toBe(404);
    let text = '';
    for await (const piece of stream.body as unknown as AsyncIterable<Uint8Array>) {
      text += Buffer.from(piece).toString();
      if (text.includes('event: access-ended')) break;
    }
    expect(text).toContain(`"caseId":"${body.caseId}"`);
  });
});

describe('members and panels over HTTP', () => {
  it('are made once for one key, found at their address, and changed from a version', async () => {
    const subject = v7();
    const body = { name: 'Once', email: `${subject}@demo.invalid`, roles: ['clinician'], subject };
    const key = { 'idempotency-key': v7() };
    const first = await as('admin').ask<Member>('POST', `${at}/members`, body, key);
    const again = await as('admin').ask<Member>('POST', `${at}/members`, body, key);
    expect(again.headers.get('idempotency-replayed')).toBe('true');
    expect(again.body).toEqual(first.body);
    const address = first.headers.get('location')!;
    const etag = first.headers.get('etag')!;
    const changed = await as('admin').ask<Member>('PATCH', address, { name: 'Twice' }, { 'if-match': etag });
    expect([changed.status, changed.body.name]).toEqual([200, 'Twice']);
    const late = await as('admin').ask('PATCH', address, { name: 'Late' }, { 'if-match': etag });
    expect([late.status, late.body.code]).toEqual([412, 'version-mismatch']);
    for (const extra of [
      { organisationId: v7() },
      { status: 'ended' },
      { roles: ['operator'] },
      { memberId: v7() },
    ])
      expect((await as('admin').ask('PATCH', address, extra)).status).toBe(400);

    const panel = await as('admin').ask<ReplyOf<typeof getOwnPanel>>('POST', `${at}/panels`, {
      name: `Panel ${subject}`,
      specialty: 'Neurology',
      phone: '01632 960002',
      leadMemberId: first.body.memberId,
      memberIds: [first.body.memberId],
    });
    expect(panel.status).toBe(201);
    expect(panel.headers.get('location')).toBe(`${at}/panels/${panel.body.panelId}`);
    const ended = await as('admin').ask('DELETE', address);
    expect([ended.status, ended.body.code]).toEqual([409, 'conflict']);
  });
});

describe('a file of members over HTTP', () => {
  it('is followed to its end as events, which say nothing of anybody', async () => {
    const of = v7();
    const lines = Array.from(
      { length: 300 },
      (_, n) => `${of}-${String(n)},Name ${String(n)},m${String(n)}.${of}@demo.invalid,clinician`,
    );
    const file = ['subject,name,email,roles', ...lines].join('\r\n');
    const sent = await as('admin').ask<MemberImport>('POST', `${at}/members/imports`, file, {
      'content-type': 'text/csv',
    });
    expect([sent.status, sent.body.lines]).toEqual([202, 300]);
    const address = sent.headers.get('location')!;
    const events = await (await as('admin', 1).fetch(`${address}/events`)).text();
    expect(events).toMatch(/event: done\ndata: .*"added":300/);
    expect(events).not.toContain('demo.invalid');
    const { body } = await as('admin').ask<MemberImport>('GET', address);
    expect(body).toMatchObject({ state: 'done', added: 300, unchanged: 0, errors: [] });
    for (const person of ['gp', 'lead']) expect((await as(person).ask('GET', address)).status).toBe(403);
  });

  it('that is no such file is refused by a problem document', async () => {
    const csv = { 'content-type': 'text/csv' };
    const wrong = await as('admin').ask('POST', `${at}/members/imports`, 'who,what\n1,2', csv);
    expect([wrong.status, wrong.body.code]).toEqual([400, 'invalid-input']);
    expect(wrong.body.detail).toContain('"subject"');
  });
});
