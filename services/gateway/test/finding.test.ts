import { randomUUID } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { RunningService } from '@definitivedx/bus';
import type { ReplyOf, createCase, getCase, listCases, savedFilter } from '@definitivedx/contracts';
import { startWorld, until, type World } from '@definitivedx/testing';
import type { z } from 'zod';
import { aCase, Client } from './support/client.js';
import { startGateway } from './support/gateway.js';
import { Issuer } from './support/issuer.js';
import { registerPeople, staffPanel, subjectOf, type Directory, type PersonKey } from './support/people.js';

type Page = ReplyOf<typeof listCases>;
type Saved = z.output<typeof savedFilter>;

let world: World;
let issuer: Issuer;
let gateway: RunningService;
let directory: Directory;
const clients = new Map<PersonKey, Client>();

beforeAll(async () => {
  world = await startWorld();
  issuer = await Issuer.start();
  await world.startProgram('access');
  await Promise.all([world.startProgram('cases'), world.startProgram('notify')]);
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
const create = async (history: string): Promise<string> => {
  const input = { ...aCase(directory.panelId), history };
  return (await as('gp').ask<ReplyOf<typeof createCase>>('POST', '/api/v1/cases', input)).body.caseId;
};
const search = (person: PersonKey, body: object) =>
  as(person).ask<Page>('POST', '/api/v1/cases/search', body);
const idsIn = ({ body }: { body: Page }): string[] => body.cases.map(({ caseId }) => caseId);

describe('lists and searches over HTTP', () => {
  it('take their filters from the address, and words from a body alone', async () => {
    const caseId = await create('The marker is zebrafinchmark.');
    const list = (query: string) => as('gp').ask<Page>('GET', `/api/v1/cases?${query}`);
    expect(idsIn(await list('view=mine&state=open&order=due'))).toContain(caseId);
    expect(idsIn(await list('status=closed'))).not.toContain(caseId);
    expect((await list('unread=true&count=true')).body).toEqual({
      cases: [],
      nextCursor: null,
      count: { count: 0, more: false },
    });
    expect((await list('words=zebrafinchmark')).status).toBe(400);
    expect((await list('unread=yes')).status).toBe(400);
    expect(idsIn(await search('specialist-on-call', { words: 'zebrafinchmark' }))).toEqual([caseId]);
    expect(idsIn(await search('gp-two', { words: 'zebrafinchmark' }))).toEqual([]);
    const counts = await as('specialist-on-call').ask('GET', '/api/v1/cases/counts');
    expect(counts.body).toMatchObject({
      panels: { count: 1, more: false },
      responsible: { count: 1, more: false },
    });
  });

  it('refuse a mebibyte, keys of their own and what is no filter, saying where', async () => {
    const large = await search('gp', { words: 'x'.repeat(1_100_000) });
    expect([400, 413]).toContain(large.status);
    for (const body of [
      { words: 'x', constructor: 'y' },
      { statuses: ['lost'] },
      { limit: 1e9 },
      { words: ['x'] },
      [],
    ]) {
      expect([body, (await search('gp', body)).status]).toEqual([body, 400]);
    }
  });

  it('leave no word that was looked for in a log line or a span', async () => {
    const looked = 'nightjarmark';
    await search('gp', { words: looked });
    await search('gp', { words: `"${looked}` });
    await as('gp').ask('POST', '/api/v1/me/filters', { name: looked, filter: { words: looked } });
    const listed = await as('gp').ask<{ filters: Saved[] }>('GET', '/api/v1/me/filters');
    expect(JSON.stringify(listed.body)).toContain(looked);
    const written = readdirSync(world.dir, { recursive: true, withFileTypes: true })
      .filter((file) => file.isFile() && /\.(log|jsonl(\.1)?)$/.test(file.name))
      .map((file) => readFileSync(join(file.parentPath, file.name), 'utf8'));
    expect(written.join('').length).toBeGreaterThan(1_000);
    expect(written.filter((text) => text.includes(looked))).toEqual([]);
  });
});

it('following is repeatable, and shows in the case', async () => {
  const caseId = await create('To be followed.');
  const path = `/api/v1/cases/${caseId}/follow`;
  const key = { 'idempotency-key': randomUUID() };
  const first = await as('gp').ask('PUT', path, undefined, key);
  expect([first.status, first.body]).toEqual([200, { followed: true }]);
  await as('gp').ask('DELETE', path);
  // A late repeat of the first request is answered again, and not carried out again.
  expect((await as('gp').ask('PUT', path, undefined, key)).body).toEqual({ followed: true });
  const read = () => as('gp').ask<ReplyOf<typeof getCase>>('GET', `/api/v1/cases/${caseId}`);
  expect((await read()).body.followed).toBe(false);
  await as('gp').ask('PUT', path);
  expect((await read()).body.followed).toBe(true);
});

it('a saved filter has a version, by which a change is refused when it is late', async () => {
  const filter = { view: 'mine', state: 'open' };
  const saved = await as('gp').ask<Saved>('POST', '/api/v1/me/filters', { name: 'Mine', filter });
  expect([saved.status, saved.headers.get('etag')]).toEqual([201, '"1"']);
  const path = saved.headers.get('location')!;
  const change = (name: string, etag: string) =>
    as('gp').ask('PUT', path, { name, filter }, { 'if-match': etag });
  expect((await change('Mine, open', '"1"')).status).toBe(200);
  const late = await change('Mine, closed', '"1"');
  expect([late.status, late.body.code]).toEqual([412, 'version-mismatch']);
  expect((await as('gp-two').ask('DELETE', path)).status).toBe(404);
  expect((await as('gp').ask('DELETE', path)).status).toBe(200);
  expect((await as('gp').ask('DELETE', path)).status).toBe(404);
});
