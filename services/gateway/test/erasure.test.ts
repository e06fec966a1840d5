import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { v7 } from 'uuid';
import type { RunningService } from '@definitivedx/bus';
import {
  assignDuty,
  services,
  type createCase,
  type ErasureRecord,
  type MemberImport,
  type MemberRecord,
  type ReplyOf,
  type requestErasure,
} from '@definitivedx/contracts';
import { startWorld, streamMessages, until, type World } from '@definitivedx/testing';
import { Browser } from './support/browser.js';
import { setStage, type Stage } from './support/cast.js';
import { aCase, Client } from './support/client.js';
import { startGateway } from './support/gateway.js';
import { Issuer } from './support/issuer.js';
import { rowsOf, tablesOf } from './support/tables.js';

/** In everything that says who the person is, and in nothing else: none of it may be left. */
const mark = 'zzmark';
const subject = `${mark}-subject`;
const person = { name: 'Zzmark Person', email: `${mark}@demo.invalid`, userName: `${mark}-user` };
const words = { history: 'Day 3 of a fever, vogelmark.', note: 'Better on day 4, vogelmark.' };

let world: World;
let issuer: Issuer;
let gateway: RunningService;
let stage: Stage;
let memberId: string;
let client: Client;
let caseId: string;
let erased: ErasureRecord;

const at = '/api/v1/organisation/members';
const erasureOf = (id: string): string => `/api/v1/accounts/${id}/erasure`;

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
  await live();
}, 90_000);
afterAll(async () => {
  issuer.stop();
  await world.stop();
});

/** The person is brought in by their administrator, twice over, signs in in both ways, and works on a case. */
async function live(): Promise<void> {
  const { admin, panelMember } = stage.clients;
  const body = { ...person, subject, roles: ['clinician', 'specialist'] };
  const added = await admin.ask<MemberRecord>('POST', at, body, { 'idempotency-key': v7() });
  expect(added.status).toBe(201);
  ({ memberId } = added.body);
  const file = `subject,name,email,roles\r\n${subject},${person.name},${person.email},clinician`;
  const sent = await admin.ask<MemberImport>('POST', `${at}/imports`, file, { 'content-type': 'text/csv' });
  await until(async () => {
    const { body: now } = await admin.ask<MemberImport>('GET', sent.headers.get('location')!);
    return now.state === 'done';
  }, 'the import to end');
  const contact = { name: person.name, email: person.email.toUpperCase() };
  await rowsOf(
    world,
    'access',
    `insert into application (id, reference, secret_hash, ods_code, issuer, form, status, reason, submitted_at, decided_at)
     values ($1, 'APP-0000000001', 'x', 'RGONE1', 'https://gone.invalid', $2, 'refused', 'Not signed.', now(), now())`,
    [
      v7(),
      JSON.stringify({ contacts: { caldicottGuardian: contact }, administrator: { ...contact, subject } }),
    ],
  );

  client = new Client(gateway.url, await issuer.token(subject));
  await client.consent();
  const browser = new Browser(gateway.url);
  const begun = new URL((await browser.ask('/auth/sign-in')).headers.get('location') ?? '');
  const nonce = begun.searchParams.get('nonce');
  issuer.next = { claims: { sub: subject, acr: 'AAL2', nonce, name: person.name }, info: { sub: subject } };
  const state = begun.searchParams.get('state') ?? '';
  expect((await browser.ask(`/auth/callback?code=c&state=${state}`)).status).toBe(303);

  const asked = await client.ask<ReplyOf<typeof createCase>>(
    'POST',
    '/api/v1/cases',
    { ...aCase(stage.panelId), history: words.history },
    { 'idempotency-key': v7() },
  );
  ({ caseId } = asked.body);
  await client.ask('POST', `/api/v1/cases/${caseId}/posts`, { kind: 'information', body: words.note });
  const adviser = { grade: 'consultant', professionalNumber: '7012345' };
  const advice = { kind: 'advice', body: 'Advice, vogelmark.', recommendation: 'OTHER', adviser };
  await panelMember.ask('POST', `/api/v1/cases/${caseId}/posts`, advice);
  await until(async () => (await countIn('notify', 'mail')) > 0, 'the person to be told of the advice');
}

const countIn = async (service: 'notify' | 'gateway', table: string): Promise<number> => {
  const sql = `select count(*)::int as n from ${table} where member_id = $1`;
  const [found] = await rowsOf<{ n: number }>(world, service, sql, [memberId]);
  return found?.n ?? 0;
};

/** Every row of every table of all six databases that has the words in it, as text. */
async function rowsWith(pattern: string): Promise<string[]> {
  const found = await Promise.all(
    services.map(async (service) => {
      const tables = await tablesOf(world, service);
      const rows = await Promise.all(
        tables.map((table) =>
          rowsOf<{ row: string }>(
            world,
            service,
            `select t::text as row from "${table}" t where t::text ilike $1`,
            [`%${pattern}%`],
          ).then((all) => all.map(({ row }) => `${service}.${table}: ${row}`)),
        ),
      );
      return rows.flat();
    }),
  );
  return found.flat();
}

describe('before it is done', () => {
  it('the marks are found where they are, by the same search', async () => {
    const tables = new Set((await rowsWith(mark)).map((row) => row.split(':')[0]));
    for (const table of ['member', 'membership', 'identity', 'application', 'command'])
      expect([...tables]).toContain(`access.${table}`);
    expect([...tables]).toContain('gateway.session');
    expect([...tables]).toContain('gateway.idempotency_key');
    expect((await streamMessages(world)).length).toBeGreaterThan(0);
  });

  it('asking for it is recorded once, and an operator sees it', async () => {
    type Asked = ReplyOf<typeof requestErasure>;
    const { body: first } = await client.ask<Asked>('POST', '/api/v1/me/erasure', {});
    const { body: again } = await client.ask<Asked>('POST', '/api/v1/me/erasure', {});
    expect(again).toEqual(first);
    const days = (Date.parse(first.answerBy) - Date.parse(first.requestedAt)) / 86_400_000;
    expect(days).toBe(28);
    const report = await stage.clients.operator.ask<ErasureRecord>('GET', erasureOf(memberId));
    expect(report.body).toMatchObject({ state: 'requested', erasedAt: null, requestedAt: first.requestedAt });
    expect((await client.ask('GET', '/api/v1/me')).status).toBe(200);
  });

  it('it is refused while somebody else has to take over, with all there is to take over', async () => {
    const refused = await stage.clients.operator.ask('POST', erasureOf(stage.memberId.panelMember), {});
    expect([refused.status, refused.body.code]).toEqual([409, 'conflict']);
    expect(refused.body.detail).toContain('they lead General paediatrics: name another lead');
    expect(refused.body.detail).toContain('they are on the rota of General paediatrics');
    expect(refused.body.detail).toContain('they answer for 2 open cases');
    const admin = await stage.clients.operator.ask('POST', erasureOf(stage.memberId.trustAdmin), {});
    expect(admin.body.detail).toContain('they are the last administrator of Test TRUST1');
    const own = await stage.clients.operator.ask('POST', erasureOf(stage.memberId.operator), {});
    expect(own.body.detail).toContain('your own account');
  });

  it('it is refused while the practice of an open case has nobody who covers', async () => {
    const [place] = await rowsOf<{ organisationId: string }>(
      world,
      'access',
      'select organisation_id as "organisationId" from membership where member_id = $1',
      [memberId],
    );
    const admin = await world.member({
      memberId: stage.memberId.admin,
      organisationId: place!.organisationId,
      roles: ['organisation-admin'],
    });
    const cover = (memberIds: string[]) => world.request(assignDuty, admin, { duty: 'cover', memberIds });
    await cover([]);
    const refused = await stage.clients.operator.ask('POST', erasureOf(memberId), {});
    expect(refused.body.detail).toContain('they asked one open case in a practice where nobody covers');
    await cover([stage.memberId.cover]);
  });
});

describe('an erased person', () => {
  beforeAll(async () => {
    const done = await stage.clients.operator.ask<ErasureRecord>('POST', erasureOf(memberId), {});
    expect(done.status).toBe(200);
    await until(async () => {
      erased = (await stage.clients.operator.ask<ErasureRecord>('GET', erasureOf(memberId))).body;
      return erased.state === 'done';
    }, 'every service to do its part');
  });

  it('is nowhere: in no row of any table, and in no message', async () => {
    expect(await rowsWith(mark)).toEqual([]);
    expect((await streamMessages(world)).filter((text) => text.toLowerCase().includes(mark))).toEqual([]);
    // A token would say who they are in base64.
    expect(await countIn('gateway', 'session')).toBe(0);
    for (const table of ['mail', 'stream_entry', 'stream_position', 'timer'])
      expect(await countIn('notify', table)).toBe(0);
  });

  it('leaves the clinical record as it was, by a former member', async () => {
    const clinical = await rowsWith('vogelmark');
    expect(clinical).toHaveLength(4);
    for (const words of ['cases.cases', 'cases.post', 'cases.case_text'])
      expect(clinical.join()).toContain(words);
    const { body } = await stage.clients.cover.ask('GET', `/api/v1/cases/${caseId}`);
    expect(JSON.stringify(body)).toContain(words.note);
    expect(JSON.stringify(body)).toContain(memberId);
    const [member] = await rowsOf(world, 'access', 'select name, email, status from member where id = $1', [
      memberId,
    ]);
    expect(member).toEqual({
      name: `Former member ${memberId.slice(-8)}`,
      email: `${memberId}@erased.invalid`,
      status: 'disabled',
    });
    const consents = await rowsOf(
      world,
      'access',
      'select kind, version, at from consent where member_id = $1',
      [memberId],
    );
    expect(consents).toHaveLength(2);
    const acts = await rowsOf<{ act: string }>(
      world,
      'access',
      'select distinct act from audit where $1 in (actor_id, subject_id)',
      [memberId],
    );
    for (const act of ['case.access', 'consent.accept', 'account.request-erasure', 'account.erase'])
      expect(acts.map((row) => row.act)).toContain(act);
  });

  it('is out, and is not to be enabled again', async () => {
    await until(async () => (await client.ask('GET', '/api/v1/me')).status === 403, 'the door to close');
    const enabled = await stage.clients.operator.ask('POST', `/api/v1/accounts/${memberId}/enable`, {});
    expect([enabled.status, enabled.body.code]).toEqual([409, 'conflict']);
  });

  it('has a report of what was erased where, and of what stays, why and until when', async () => {
    expect(erased.parts.map(({ service }) => service)).toEqual(['access', 'cases', 'notify', 'gateway']);
    for (const part of erased.parts) expect(part.erasedAt).not.toBeNull();
    const rows = Object.fromEntries(erased.parts.map((part) => [part.service, part.rows]));
    expect(rows['access']).toMatchObject({
      member: 1,
      membership: 1,
      identity: 1,
      application: 1,
      command: 1,
    });
    expect(rows['gateway']).toMatchObject({ session: 1 });
    expect(rows['notify']!['mail']).toBeGreaterThan(0);
    for (const what of erased.stays) expect([what.why, what.until]).not.toContain('');
    expect(erased.stays.map(({ what }) => what).join()).toContain('network address');
    expect(erased.backups).toContain('keys before data');
  });

  it('stays as they are when it is repeated', async () => {
    const again = await stage.clients.operator.ask<ErasureRecord>('POST', erasureOf(memberId), {});
    expect(again.body).toEqual(erased);
  });

  it('comes again as somebody else', async () => {
    const body = { ...person, subject, roles: ['clinician'] };
    const added = await stage.clients.admin.ask<MemberRecord>('POST', at, body);
    expect(added.status).toBe(201);
    expect(added.body.memberId).not.toBe(memberId);
  });
});

describe('a leaver', () => {
  it('is erased by the administrator whose organisation was their only one, once they have left', async () => {
    const { admin, otherAdmin } = stage.clients;
    const body = { name: 'Leaver', email: 'leaver@demo.invalid', subject: 'leaver', roles: ['clinician'] };
    const { body: leaver } = await admin.ask<MemberRecord>('POST', at, body);
    const address = `${at}/${leaver.memberId}`;
    const early = await admin.ask('POST', `${address}/erasure`, {});
    expect([early.status, early.body.detail]).toEqual([409, expect.stringContaining('End it first')]);
    expect((await admin.ask('DELETE', address)).status).toBe(200);
    expect((await otherAdmin.ask('POST', `${address}/erasure`, {})).status).toBe(404);
    const done = await admin.ask<ErasureRecord>('POST', `${address}/erasure`, {});
    expect([done.status, done.body.memberId]).toEqual([200, leaver.memberId]);
    expect(await rowsWith('leaver@demo.invalid')).toEqual([]);
    expect((await admin.ask('GET', address)).status).toBe(404);
  });
});
