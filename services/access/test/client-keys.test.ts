import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { v7 as uuidv7 } from 'uuid';
import type { MemberCaller } from '@definitivedx/auth';
import { listClients, registerClient } from '@definitivedx/contracts';
import { until } from '@definitivedx/testing';
import { AccessWorld } from './access-world.js';

let access: AccessWorld;
let administrator: MemberCaller;
let server: Server;
let port: number;
let connections = 0;

beforeAll(async () => {
  server = createServer((_request, response) => response.end('{"keys": []}'));
  server.on('connection', () => (connections += 1));
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  port = (server.address() as AddressInfo).port;
  // The strict rule, but for the port: it must be the address that keeps us away.
  access = await AccessWorld.start({ egress: { ports: [443, port], trustedHosts: [] } });
  administrator = await access.member(await access.organisation('trust'), ['organisation-admin']);
});
afterAll(async () => {
  await access.stop();
  server.close();
});

const register = (jwksUri: string) =>
  access.world.request(registerClient, administrator, {
    commandId: uuidv7(),
    name: 'Program',
    scopes: ['audit'],
    jwksUri,
  });

it('an address of keys that leads inside is refused when it is given', async () => {
  for (const jwksUri of [
    `http://example.org/jwks`,
    `https://127.0.0.1:${String(port)}/jwks`,
    `https://[::ffff:127.0.0.1]:${String(port)}/jwks`,
    'https://169.254.169.254/latest/meta-data/',
  ]) {
    await expect(register(jwksUri)).rejects.toMatchObject({
      code: 'invalid-input',
      issues: [{ path: 'jwksUri' }],
    });
  }
});

it('one that leads inside only by its name is not connected to, and the list says so', async () => {
  const { clientId, keysProblem } = await register(`https://localhost:${String(port)}/jwks`);
  expect(keysProblem).toBeNull();
  const client = await until(async () => {
    const { clients } = await access.world.request(listClients, administrator, {});
    return clients.find((one) => one.clientId === clientId && one.keysProblem !== null);
  }, 'an attempt to read the keys');
  expect(client).toMatchObject({ keyIds: [], keysProblem: 'address-refused', keysFetchedAt: null });
  expect(connections).toBe(0);
});
