import { once } from 'node:events';
import { connect } from 'node:net';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { startWorld, type World } from '@definitivedx/testing';
import { startGateway } from './support/gateway.js';

let world: World;

beforeAll(async () => {
  world = await startWorld();
});
afterAll(() => world.stop());

it('stops at once although a browser holds a connection it never used, and one it may use again', async () => {
  const gateway = await startGateway(world);
  await (await fetch(new URL('/healthz', gateway.url))).text();
  const early = connect(Number(new URL(gateway.url).port), '127.0.0.1');
  early.on('error', () => undefined);
  await once(early, 'connect');
  await (await fetch(new URL('/healthz', gateway.url))).text();
  const begun = Date.now();
  await gateway.close();
  expect(Date.now() - begun).toBeLessThan(5_000);
});
