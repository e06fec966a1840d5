import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { RunningService } from '@definitivedx/bus';
import { dataMap, dataMapOf, eventContracts, services, streamOf } from '@definitivedx/contracts';
import { startWorld, until, type World } from '@definitivedx/testing';
import { setStage, type Part, type Stage } from './support/cast.js';
import { startGateway } from './support/gateway.js';
import { Issuer } from './support/issuer.js';
import { exportOf, namedColumns } from './support/member-columns.js';
import { idColumns, rowsOf, tablesOf } from './support/tables.js';

type Rows = Record<string, unknown>[];
type Exported = Record<string, Record<string, Rows>> & { about: { memberId: string } };

let world: World;
let issuer: Issuer;
let gateway: RunningService;
let stage: Stage;

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
  const post = { kind: 'note', body: 'The fever is down on day 4.' };
  await stage.clients.requester.ask('POST', `/api/v1/cases/${stage.caseId}/posts`, post);
  const adviser = { grade: 'consultant', professionalNumber: '7012345' };
  const advice = { kind: 'advice', body: 'See them again on day 5.', recommendation: 'OTHER', adviser };
  await stage.clients.panelMember.ask('POST', `/api/v1/cases/${stage.caseId}/posts`, advice);
}, 90_000);
afterAll(async () => {
  issuer.stop();
  await world.stop();
});

const exportFor = async (part: Part): Promise<Exported> => {
  const { status, body } = await stage.clients[part].ask<Exported>('POST', '/api/v1/me/export', {});
  expect(status).toBe(200);
  return body;
};

describe("a member's own export", () => {
  it('knows every column of the six databases that can hold their id', async () => {
    const columns = await idColumns(world);
    const unknown = columns.filter(({ service, table, column }) => !exportOf(service, table, column));
    expect(unknown).toEqual([]);
    const names = columns.map(({ service, table, column }) => `${service}.${table}.${column}`);
    expect(namedColumns.filter((name) => !names.includes(name))).toEqual([]);
  });

  it.each(['requester', 'panelMember', 'governance', 'cover', 'admin', 'unconsented'] as const)(
    'of the %s has every kind of row that names them, and at least as many as name them',
    async (part) => {
      const exported = await exportFor(part);
      const memberId = stage.memberId[part];
      expect(exported.about.memberId).toBe(memberId);
      let named = 0;
      for (const { service, table, column } of await idColumns(world)) {
        const place = exportOf(service, table, column)!;
        if (!('section' in place) || column === 'link_session_id') continue;
        const found = await rowsOf<{ n: number }>(
          world,
          service,
          `select count(*)::int as n from ${table} where ${column}::text = $1`,
          [memberId],
        );
        const section = exported[service]?.[place.section];
        expect({ place, is: Array.isArray(section) }).toEqual({ place, is: true });
        const [{ n } = { n: 0 }] = found;
        named += n;
        // Advice is a section of its own.
        const rows = section!.length + (place.section === 'posts' ? exported['cases']!['advice']!.length : 0);
        expect({ place, rows: rows >= n }).toEqual({ place, rows: true });
      }
      expect(named).toBeGreaterThan(3);
    },
  );

  it('has the words one wrote, and nobody else’s', async () => {
    const [asker, adviser] = [await exportFor('requester'), await exportFor('panelMember')];
    expect(asker['cases']!['casesAsked']).toEqual([
      expect.objectContaining({ caseId: stage.caseId, history: expect.stringContaining('Day 3') as unknown }),
    ]);
    expect(asker['cases']!['posts']!.map(({ body }) => body)).toEqual(['The fever is down on day 4.']);
    expect(adviser['cases']!['advice']!.map(({ body }) => body)).toEqual(['See them again on day 5.']);
    expect(JSON.stringify(adviser)).not.toContain('The fever is down');
    expect(JSON.stringify(asker)).not.toContain('See them again');
    expect(adviser['notify']!['shifts']).toHaveLength(7);
    expect(asker['access']!['account']).toEqual([
      expect.objectContaining({ name: 'Cast requester', email: 'requester@demo.invalid' }),
    ]);
    expect(asker['access']!['identities']).toEqual([expect.objectContaining({ subject: 'cast-requester' })]);
    expect(asker['access']!['consents']).toHaveLength(2);
  });

  it('comes whole when there is more than a bus message holds', async () => {
    const memberId = stage.memberId.colleague;
    // More acts than anybody is waited for to do; nothing else writes these rows but doing them.
    await rowsOf(
      world,
      'access',
      `insert into audit (at, actor_kind, actor_id, act, outcome, trace_id)
       select now() - interval '1 day' + n * interval '1 microsecond', 'member', $1, 'case.list', 'allowed', md5(n::text)
         from generate_series(1, 12000) n`,
      [memberId],
    );
    const { access } = await exportFor('colleague');
    const traces = access!['audit']!.map(({ traceId }) => traceId).filter((id) => id !== null);
    expect(access!['audit']!.length).toBeGreaterThanOrEqual(12_000);
    expect(new Set(access!['audit']!.map(({ id }) => id)).size).toBe(access!['audit']!.length);
    expect(traces.length).toBeGreaterThanOrEqual(12_000);
  });

  it('is on record', async () => {
    await exportFor('invited');
    const found = await rowsOf<{ n: number }>(
      world,
      'access',
      `select count(*)::int as n from audit where act = 'account.export' and actor_id = $1`,
      [stage.memberId.invited],
    );
    expect(found).toEqual([{ n: 1 }]);
  });
});

describe('the data map', () => {
  it('names every table of the six databases, and none that is not there', async () => {
    for (const service of services) {
      const named = dataMap.filter((entry) => entry.service === service && entry.store === 'table');
      expect(named.map(({ name }) => name).sort()).toEqual((await tablesOf(world, service)).sort());
    }
  });

  it('names every stream', () => {
    const named = dataMap.filter(({ store }) => store === 'stream').map(({ name }) => name);
    const published = new Set(eventContracts.map(({ publisher }) => streamOf(publisher)));
    expect([...published].filter((name) => !named.includes(name))).toEqual([]);
  });

  it('is served to anybody, with the regions of the deployment, as JSON and as a page', async () => {
    const { anonymous } = stage.clients;
    const served = await anonymous.ask('GET', '/api/v1/data-map');
    expect(served.body).toEqual(dataMapOf(['eu-west-2', 'uk-south']));
    const page = await anonymous.fetch('/data-map');
    expect(page.headers.get('content-security-policy')).toContain("default-src 'none'");
    const html = await page.text();
    for (const words of ['eu-west-2, uk-south', 'consent_act', 'other services'])
      expect(html).toContain(words);
    expect(html).toContain('organisation&#39;s own name');
  });

  it('is written down as it is', () => {
    const written = readFileSync(new URL('../../../docs/data-map.md', import.meta.url), 'utf8');
    for (const { name, what } of dataMap) {
      expect(written).toContain(`\`${name}\``);
      expect(written).toContain(what);
    }
  });
});
