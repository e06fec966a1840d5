import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { RunningService } from '@definitivedx/bus';
import type { createCase, getCase, listCases, ReplyOf } from '@definitivedx/contracts';
import { statement } from '@definitivedx/db';
import { startWorld, until, type World } from '@definitivedx/testing';
import { Housekeeping } from '../src/housekeeping.js';
import { aCase, Client, type Answer } from './support/client.js';
import { startGateway } from './support/gateway.js';
import { Issuer } from './support/issuer.js';
import { registerPeople, staffPanel, subjectOf, type Directory, type PersonKey } from './support/people.js';

type Created = ReplyOf<typeof createCase>;
type Found = ReplyOf<typeof getCase>;

let world: World;
let issuer: Issuer;
let gateway: RunningService;
let directory: Directory;
let cases: Awaited<ReturnType<World['startProgram']>>;
const clients = new Map<PersonKey, Client>();

beforeAll(async () => {
  world = await startWorld();
  issuer = await Issuer.start();
  await world.startProgram('access');
  [cases] = await Promise.all([world.startProgram('cases'), world.startProgram('notify')]);
  directory = await registerPeople(world, issuer.url);
  await staffPanel(world, directory);
  gateway = await startGateway(world, { issuer: issuer.url });
  await until(() => (issuer.asked.get('/jwks') ?? 0) > 0, 'the keys fetched');
  for (const person of ['gp', 'gp-two', 'specialist-on-call'] as const) {
    const client = new Client(gateway.url, await issuer.token(subjectOf(person)));
    await client.consent();
    clients.set(person, client);
  }
});
afterAll(async () => {
  issuer.stop();
  await world.stop();
});

const as = (person: PersonKey): Client => clients.get(person)!;
const create = (
  headers: Record<string, string> = {},
  change: object = {},
  person: PersonKey = 'gp',
): Promise<Answer<Created>> =>
  as(person).ask<Created>('POST', '/api/v1/cases', { ...aCase(directory.panelId), ...change }, headers);
const keyed = (key: string): Record<string, string> => ({ 'idempotency-key': key });
type Page = ReplyOf<typeof listCases>;
const pageOf = async (person: PersonKey, cursor: string | undefined): Promise<Page> => {
  const after = cursor === undefined ? '' : `&cursor=${encodeURIComponent(cursor)}`;
  return (await as(person).ask<Page>('GET', `/api/v1/cases?limit=100${after}`)).body;
};
async function countOf(person: PersonKey): Promise<number> {
  let page = await pageOf(person, undefined);
  let count = page.cases.length;
  while (page.nextCursor !== null) {
    page = await pageOf(person, page.nextCursor);
    count += page.cases.length;
  }
  return count;
}

describe('the API', () => {
  it('takes a case from its creation through advice to the end of a share', async () => {
    const gp = as('gp');
    const specialist = as('specialist-on-call');
    expect((await gp.ask<object>('GET', '/api/v1/anonymisation-duty')).body).toMatchObject({
      version: aCase('').attestation.version,
    });
    expect((await gp.ask('GET', '/api/v1/panels')).body).toMatchObject({
      panels: [{ panelId: directory.panelId }],
    });
    expect((await gp.ask('GET', `/api/v1/panels/${directory.panelId}/on-call`)).body).toMatchObject({
      memberId: directory.memberId['specialist-on-call'],
    });
    expect((await gp.ask('POST', '/api/v1/members/search', { name: 'Test gp' })).body).toMatchObject({
      members: expect.arrayContaining([expect.objectContaining({ memberId: directory.memberId['gp-two'] })]),
    });

    const created = await create();
    expect(created.status).toBe(201);
    expect(created.headers.get('etag')).toBe('"1"');
    const address = created.headers.get('location') ?? '';
    expect(address).toBe(`/api/v1/cases/${created.body.caseId}`);

    const found = await specialist.ask<Found>('GET', address);
    expect(found.headers.get('etag')).toBe('"1"');
    expect(found.body).toMatchObject({ via: 'panel', status: 'awaiting-advice' });

    const advice = {
      kind: 'advice',
      body: 'No referral is needed.',
      recommendation: 'ADVICE_ONLY_NO_REFERRAL_RECOMMENDED',
      adviser: { grade: 'consultant', professionalNumber: '7012345' },
    };
    const posted = await specialist.ask('POST', `${address}/posts`, advice, { 'if-match': '"1"' });
    expect([posted.status, posted.headers.get('location'), posted.headers.get('etag')]).toEqual([
      201,
      address,
      '"2"',
    ]);
    const late = await specialist.ask(
      'POST',
      `${address}/posts`,
      { kind: 'note', body: 'One more thing.' },
      { 'if-match': '"1"' },
    );
    expect([late.status, late.body.code]).toEqual([412, 'version-mismatch']);

    const shared = await gp.ask<{ grantIds: string[] }>('POST', `${address}/audience`, {
      audience: [{ kind: 'member', memberId: directory.memberId['gp-two'] }],
    });
    expect(shared.status).toBe(201);
    expect((await as('gp-two').ask('GET', address)).status).toBe(200);
    expect((await gp.ask<{ grants: unknown[] }>('GET', `${address}/audience`)).body.grants).toHaveLength(2);
    const revoked = await gp.ask('DELETE', `${address}/audience/${shared.body.grantIds[0] ?? ''}`);
    expect(revoked.status).toBe(200);
    const [gone, unknown] = [
      await as('gp-two').ask('GET', address),
      await as('gp-two').ask('GET', `/api/v1/cases/${randomUUID()}`),
    ];
    expect([gone.status, { ...gone.body, traceId: '' }]).toEqual([404, { ...unknown.body, traceId: '' }]);
  });

  it.each(['3', 'W/"3"', '""', '"3", "4"', '"-1"', '"1e3"'])('refuses the If-Match %s', async (ifMatch) => {
    const path = `/api/v1/cases/${randomUUID()}/posts`;
    const { status, body } = await as('gp').ask(
      'POST',
      path,
      { kind: 'note', body: 'x' },
      { 'if-match': ifMatch },
    );
    expect([status, body.issues?.[0]?.path]).toEqual([400, 'If-Match']);
  });
});

describe('an Idempotency-Key', () => {
  it('makes a repeat return the first reply and do nothing', async () => {
    const [key, before] = [randomUUID(), await countOf('gp')];
    const first = await create(keyed(key));
    const again = await create(keyed(key));
    expect(first.status).toBe(201);
    expect(first.headers.get('idempotency-replayed')).toBeNull();
    expect([again.status, again.body]).toEqual([201, first.body]);
    expect(again.headers.get('idempotency-replayed')).toBe('true');
    for (const name of ['location', 'etag']) expect(again.headers.get(name)).toBe(first.headers.get(name));
    expect(await countOf('gp')).toBe(before + 1);
  });

  it('is the same request however its keys are ordered, and another one with anything changed', async () => {
    const key = randomUUID();
    const first = await create(keyed(key));
    const reordered = Object.fromEntries(Object.entries(aCase(directory.panelId)).reverse());
    expect((await as('gp').ask<Created>('POST', '/api/v1/cases', reordered, keyed(key))).body).toEqual(
      first.body,
    );
    const changed = await create(keyed(key), { priority: 'urgent' });
    expect(changed.status).toBe(422);
    expect(changed.body).toMatchObject({ code: 'idempotency-key-reused' });
    const elsewhere = await as('gp').ask(
      'POST',
      `/api/v1/cases/${first.body.caseId}/posts`,
      { kind: 'note', body: 'x' },
      keyed(key),
    );
    expect(elsewhere.status).toBe(422);
  });

  it('is each member’s own', async () => {
    const key = randomUUID();
    const [mine, theirs] = [await create(keyed(key)), await create(keyed(key), {}, 'gp-two')];
    expect([mine.status, theirs.status]).toEqual([201, 201]);
    expect(theirs.body.caseId).not.toBe(mine.body.caseId);
    expect(theirs.headers.get('idempotency-replayed')).toBeNull();
  });

  it('lets one of many at once through; the others hear that it is under way, or its reply', async () => {
    const [key, before] = [randomUUID(), await countOf('gp')];
    const answers = await Promise.all(Array.from({ length: 8 }, () => create(keyed(key))));
    const created = answers.filter(({ status }) => status === 201);
    expect(new Set(created.map(({ body }) => body.caseId)).size).toBe(1);
    for (const { status, body, headers } of answers.filter((answer) => answer.status !== 201)) {
      expect([status, body]).toEqual([409, expect.objectContaining({ code: 'command-in-flight' })]);
      expect(Number(headers.get('retry-after'))).toBeGreaterThan(0);
    }
    expect(await countOf('gp')).toBe(before + 1);
  });

  it('after a crash between effect and reply runs again under the same command id, with one effect', async () => {
    const [key, before] = [randomUUID(), await countOf('gp')];
    const first = await create(keyed(key));
    // As the row would be, had the gateway died after `cases` committed.
    const crash = statement(
      'test-crash',
      'update idempotency_key set status = null, reply = null where key = $1',
    );
    await (await world.database('gateway')).run(crash, [key]);
    const inFlight = await create(keyed(key));
    expect([inFlight.status, inFlight.headers.get('retry-after')]).toEqual([409, '30']);
    world.clock.advance(30_000);
    const again = await create(keyed(key));
    expect([again.status, again.body]).toEqual([201, first.body]);
    expect(again.headers.get('idempotency-replayed')).toBeNull();
    expect((await create(keyed(key))).headers.get('idempotency-replayed')).toBe('true');
    expect(await countOf('gp')).toBe(before + 1);
  });

  it('does not keep failures of ours, but keeps refusals', async () => {
    const key = randomUUID();
    await cases.stop();
    const failed = await create(keyed(key));
    expect([failed.status, Number(failed.headers.get('retry-after')) > 0]).toEqual([503, true]);
    await cases.start();
    const recovered = await create(keyed(key));
    expect([recovered.status, recovered.headers.get('idempotency-replayed')]).toEqual([201, null]);

    const stale = { attestation: { version: 'old', hash: '0'.repeat(64) } };
    const other = randomUUID();
    const refused = await create(keyed(other), stale);
    const again = await create(keyed(other), stale);
    expect([refused.status, again.status]).toEqual([409, 409]);
    expect(again.headers.get('idempotency-replayed')).toBe('true');
    expect(again.body).toMatchObject({ code: 'conflict' });
  });

  it('is not used up by a request that cannot be understood', async () => {
    const key = randomUUID();
    expect((await create(keyed(key), { ageBand: 'old' })).status).toBe(400);
    expect((await create(keyed(key))).status).toBe(201);
  });

  it.each(['', ' ', 'with space', 'ümlaut', 'x'.repeat(201)])('is refused when it is %j', async (key) => {
    const { status, body } = await create(keyed(Buffer.from(key, 'utf8').toString('latin1')));
    expect([status, body]).toEqual([400, expect.objectContaining({ code: 'invalid-input' })]);
  });

  it('is forgotten after a day', async () => {
    const [key, start] = [randomUUID(), world.clock.now()];
    await create(keyed(key));
    const count = async (): Promise<number> => {
      await gateway.app.get(Housekeeping).purge();
      const rows = statement('test-key', 'select 1 from idempotency_key where key = $1');
      return (await (await world.database('gateway')).run(rows, [key])).length;
    };
    world.clock.advance(24 * 60 * 60_000 - 1000);
    expect(await count()).toBe(1);
    world.clock.advance(1000);
    expect(await count()).toBe(0);
    world.clock.set(start);
  });
});

describe('hostile input is a clear refusal:', () => {
  const good = (): Record<string, unknown> => aCase(directory.panelId);
  const json = (change: object): string => JSON.stringify({ ...good(), ...change });
  const withRaw = (name: string, value: string): string => `${json({}).slice(0, -1)},"${name}":${value}}`;
  const inputs: Record<string, () => [body: string, status: number]> = {
    'a prototype key': () => [withRaw('__proto__', '{"role":"operator"}'), 400],
    'an escaped prototype key': () => [withRaw('\\u005f_proto__', '{"role":"operator"}'), 400],
    'a constructor key': () => [withRaw('constructor', '{"prototype":{"role":"operator"}}'), 400],
    'a constructor key within': () => [
      json({ attestation: { version: '1', hash: '0'.repeat(64), constructor: 1 } }),
      400,
    ],
    'nesting within a field': () => [
      json({ history: JSON.parse(`${'['.repeat(40)}${']'.repeat(40)}`) }),
      400,
    ],
    'nesting a hundred thousand deep': () => ['['.repeat(100_000) + ']'.repeat(100_000), 400],
    'a number beyond numbers': () => [withRaw('priority', '1e999'), 400],
    'a number with ten thousand digits': () => [withRaw('priority', '9'.repeat(10_000)), 400],
    'a list for a text': () => [json({ question: ['a'] }), 400],
    'a number for a text': () => [json({ question: 1 }), 400],
    'nothing for a text': () => [json({ question: null }), 400],
    'an object for a list': () => [json({ audience: { 0: { kind: 'everyone' }, length: 1 } }), 400],
    'a text for the whole': () => ['"text"', 400],
    'null for the whole': () => ['null', 400],
    'half a character': () => [withRaw('note', '"\\ud800"'), 400],
    'half a character in a field': () => [json({}).replace('"Is this', '"\\udc00 Is this'), 400],
    'a NUL character': () => [json({ question: 'a\u0000b' }), 400],
    'a megabyte of text': () => [json({ history: 'x'.repeat(1024 * 1024) }), 413],
    'a text over its limit': () => [json({ history: 'x'.repeat(20_001) }), 400],
    'fields that are not the caller’s to set': () => [
      json({
        requesterId: randomUUID(),
        organisationId: randomUUID(),
        status: 'closed',
        responsibleId: randomUUID(),
      }),
      400,
    ],
    'a command id of its own': () => [json({ commandId: randomUUID() }), 400],
    'a thousand grants': () => [
      json({ audience: Array.from({ length: 1000 }, () => ({ kind: 'everyone' })) }),
      400,
    ],
  };

  it.each(Object.keys(inputs))('%s', async (name) => {
    const [body, status] = inputs[name]!();
    const before = await countOf('gp');
    const answer = await as('gp').ask('POST', '/api/v1/cases', body);
    expect([answer.status, answer.body.status]).toEqual([status, status]);
    expect(answer.headers.get('content-type')).toContain('application/problem+json');
    expect(answer.body.detail).toMatch(/\.$/);
    expect(JSON.stringify(answer.body).length).toBeLessThan(5_000);
    expect(await countOf('gp')).toBe(before);
    expect(({} as { role?: string }).role).toBeUndefined();
  });

  it('bytes that are not UTF-8', async () => {
    const body = Buffer.concat([
      Buffer.from('{"name":"'),
      Buffer.from([0xc3, 0x28, 0xff]),
      Buffer.from('"}'),
    ]);
    const headers = { 'content-type': 'application/json' };
    expect((await as('gp').fetch('/api/v1/members/search', { method: 'POST', body, headers })).status).toBe(
      400,
    );
  });

  it.each(['*', '>', 'a.b', 'a b', '..', '%0d%0ax', '%00', '1', 'x'.repeat(300)])('the id %s', async (id) => {
    for (const [method, path] of [
      ['GET', `/api/v1/cases/${encodeURI(id)}`],
      ['DELETE', `/api/v1/cases/${randomUUID()}/audience/${encodeURI(id)}`],
      ['GET', `/api/v1/panels/${encodeURI(id)}/on-call`],
    ] as const) {
      const { status, body } = await as('gp').ask(method, path);
      // `..` is resolved by the client before it is sent: there is nothing at what remains.
      expect([path, status]).toEqual([path, id === '..' ? expect.any(Number) : 400]);
      expect(body.status ?? status).toBeLessThan(500);
    }
  });

  it.each([
    'limit=0',
    'limit=101',
    'limit=x',
    'limit=1&limit=2',
    'limit=',
    'cursor=not-ours',
    'more=1',
    `cursor=${'x'.repeat(300)}`,
  ])('the page %s', async (query) => {
    const { status, body } = await as('gp').ask('GET', `/api/v1/cases?${query}`);
    expect([status, body.code]).toEqual([400, 'invalid-input']);
  });
});
