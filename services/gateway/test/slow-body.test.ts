import { once } from 'node:events';
import { connect, type AddressInfo, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import fastify, { type FastifyInstance } from 'fastify';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { addStreams } from '../src/http/uploads.js';

const limitMs = 200;
let server: FastifyInstance;
const sockets: Socket[] = [];

beforeAll(async () => {
  server = fastify();
  addStreams(server, { limitMs, onSlow: ({ raw }) => raw.socket.end('HTTP/1.1 400 Too Slow\r\n\r\n') });
  server.post('/json', async () => 'whole');
  server.post('/file', { config: { streams: true } }, async ({ raw }) => {
    let bytes = 0;
    for await (const piece of raw as AsyncIterable<Buffer>) bytes += piece.length;
    return `${String(bytes)} bytes`;
  });
  await server.listen({ port: 0, host: '127.0.0.1' });
});
afterAll(async () => {
  for (const socket of sockets) socket.destroy();
  await server.close();
});

/** Sends a request whose body ends only after a while. @returns the first of what is answered. */
async function slowly(path: string, afterMs: number): Promise<string> {
  const { port } = server.server.address() as AddressInfo;
  const socket = connect(port, '127.0.0.1').on('error', () => undefined);
  sockets.push(socket);
  socket.write(
    `POST ${path} HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 4\r\n\r\n"a`,
  );
  const answer = once(socket, 'data');
  await Promise.race([answer, sleep(afterMs)]);
  socket.write('b"');
  return String(await answer);
}

it('a body that does not come within the limit is refused, but a file takes as long as its line needs', async () => {
  const [late, inTime, file] = await Promise.all([
    slowly('/json', 3 * limitMs),
    slowly('/json', limitMs / 4),
    slowly('/file', 3 * limitMs),
  ]);
  expect(late).toMatch(/^HTTP\/1.1 400 /);
  expect(inTime).toMatch(/^HTTP\/1.1 200 [^]*whole$/);
  expect(file).toMatch(/^HTTP\/1.1 200 [^]*4 bytes$/);
});
