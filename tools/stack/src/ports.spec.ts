import { createServer, type AddressInfo } from 'node:net';
import { describe, expect, it } from '@jest/globals';
import { assertPortsFree, ephemeralPorts, portsFrom } from './ports.js';

describe('ports', () => {
  it('lie at fixed distances from the base', () => {
    expect(portsFrom(8080)).toMatchObject({
      gateway: 8080,
      identityProvider: 8081,
      postgres: 8084,
      access: 8091,
      metrics: 8095,
    });
  });

  it('that are taken are named, with their use and a way out', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    const { port } = server.address() as AddressInfo;
    const ports = { ...(await ephemeralPorts()), smtp: port };
    await expect(assertPortsFree(ports, () => '127.0.0.1')).rejects.toThrow(
      new RegExp(
        `Port ${String(port)}, for incoming mail, is in use by another program[^]*npm start -- --port`,
      ),
    );
    await new Promise((resolve) => server.close(resolve));
    await expect(assertPortsFree(ports, () => '127.0.0.1')).resolves.toBeUndefined();
  });
});
