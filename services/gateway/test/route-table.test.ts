import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { RunningService } from '@definitivedx/bus';
import type { ErrorCode, Problem } from '@definitivedx/errors';
import { startWorld, until, type World } from '@definitivedx/testing';
import { parts, setStage, type Part, type Stage } from './support/cast.js';
import { startGateway } from './support/gateway.js';
import { Issuer } from './support/issuer.js';
import type { Route } from './support/route-kinds.js';
import { routes } from './support/route-table.js';

/*
 * Every route × everyone who might try it (security.md 7). The table is support/route-table.ts; a route that is not in
 * it fails here. "Through" means that the request was let in: it succeeded, or failed for another reason than who asked.
 */
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
}, 90_000);
afterAll(async () => {
  issuer.stop();
  await world.stop();
});

/** Refusals that say who asked was the reason. */
const refusals: readonly ErrorCode[] = ['not-signed-in', 'forbidden', 'consent-required', 'not-found'];

async function answer(route: Route, part: Part, stage: Stage): Promise<string> {
  const { method, path, body, headers } = route.request(stage);
  const client = stage.clients[part];
  const response = await client.fetch(path, {
    method,
    headers: {
      ...(body === undefined
        ? {}
        : { 'content-type': typeof body === 'string' ? 'text/csv' : 'application/json' }),
      ...headers,
    },
    ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  });
  if (response.ok) {
    await response.body?.cancel();
    return 'through';
  }
  if (response.status >= 500)
    throw new Error(`${method} ${path} by ${part} answered ${String(response.status)}`);
  if (method === 'HEAD')
    return { 401: 'not-signed-in', 403: 'forbidden', 404: 'not-found' }[response.status] ?? 'through';
  const { code } = (await response.json()) as Problem;
  return refusals.includes(code) ? code : 'through';
}

it('the table knows every route of the API document, and no other', () => {
  const document = JSON.parse(
    readFileSync(new URL('../../../docs/api/openapi.json', import.meta.url), 'utf8'),
  ) as { paths: Record<string, Record<string, unknown>> };
  const documented = Object.entries(document.paths).flatMap(([path, operations]) =>
    Object.keys(operations).map((method) => `${method.toUpperCase()} ${path}`),
  );
  expect(Object.keys(routes).sort()).toEqual(documented.sort());
});

describe.each(Object.entries(routes))('%s', (_name, route) => {
  it('lets in whom the table names and refuses everyone else as it says', async () => {
    const found: Partial<Record<Part, string>> = {};
    const expected: Partial<Record<Part, string>> = {};
    for (const part of parts) {
      expected[part] = route.expected(part);
      found[part] = await answer(route, part, stage);
    }
    expect(found).toEqual(expected);
  });

  if (route.unknown) {
    it('answers to a stranger exactly as for an id that does not exist', async () => {
      const bodyOf = async (at: Stage) => {
        const { method, path, body } = route.request(at);
        const reply = await stage.clients.stranger.ask(method, path, body);
        const { traceId: _traceId, ...rest } = reply.body;
        return { answered: reply.status, ...rest };
      };
      const nowhere = '01890000-0000-7000-8000-000000000000';
      expect(await bodyOf(stage)).toEqual(await bodyOf({ ...stage, caseId: nowhere }));
    });
  }
});
