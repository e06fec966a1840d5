import { execFileSync } from 'node:child_process';
import { createHash, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { request, type IncomingMessage } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { anonymisationDuty, shareCase, type identifyMember, type ReplyOf } from '@definitivedx/contracts';
import { startWorld, type World } from '@definitivedx/testing';
import { Client } from './support/client.js';
import { Issuer } from './support/issuer.js';
import { registerPeople, subjectOf } from './support/people.js';
import { aPicture } from './support/pictures.js';

const megabyte = 1024 * 1024;
/** How much more memory either program may hold for a file of 256 MiB than for one of 128 MiB. */
const mostGrowth = 32 * megabyte;

type Program = Awaited<ReturnType<World['startProgram']>>;

let world: World;
let issuer: Issuer;
let token: string;
let caseId: string;
let programs: Record<'gateway' | 'files', Program>;

beforeAll(async () => {
  world = await startWorld();
  issuer = await Issuer.start();
  await world.startProgram('access');
  const { memberId } = await registerPeople(world, issuer.url);
  const [gateway, files] = await Promise.all([
    world.startProgram('gateway', { OIDC_ISSUER: issuer.url }),
    world.startProgram('files', { MAX_FILE_BYTES: String(256 * megabyte) }),
  ]);
  programs = { gateway, files };
  token = await issuer.token(subjectOf('gp'));
  const client = new Client(world.publicUrl, token);
  await client.consent();
  const { organisationId } = (await client.ask<ReplyOf<typeof identifyMember>>('GET', '/api/v1/me')).body;
  caseId = randomUUID();
  const gp = await world.member({ memberId: memberId.gp, organisationId, roles: ['clinician'] });
  await world.request(shareCase, gp, {
    caseId,
    entries: [{ grantId: randomUUID(), entry: { kind: 'member', memberId: memberId['gp-two'] } }],
  });
});
afterAll(async () => {
  issuer.stop();
  await world.stop();
});

/** Memory that a process holds, in bytes. */
function residentOf({ pid }: Program): number {
  const status = `/proc/${String(pid)}/status`;
  if (existsSync(status)) return 1024 * Number(/^VmRSS:\s+(\d+)/m.exec(readFileSync(status, 'utf8'))?.[1]);
  return 1024 * Number(execFileSync('ps', ['-o', 'rss=', '-p', String(pid)], { encoding: 'utf8' }));
}

const ask = async (
  method: string,
  path: string,
  headers: object,
  body: Readable,
): Promise<IncomingMessage> => {
  const sending = request(new URL(path, world.publicUrl), {
    method,
    headers: { authorization: `Bearer ${token}`, ...headers },
  });
  const answer = once(sending, 'response') as Promise<[IncomingMessage]>;
  await pipeline(body, sending);
  return (await answer)[0];
};

/** A file goes in and out. @returns the most memory that each program held meanwhile. */
async function carry(megabytes: number): Promise<Record<'gateway' | 'files', number>> {
  const peak = { gateway: 0, files: 0 };
  const sample = (): void => {
    for (const name of ['gateway', 'files'] as const)
      peak[name] = Math.max(peak[name], residentOf(programs[name]));
  };
  const timer = setInterval(sample, 50);
  try {
    const block = aPicture(megabyte);
    const sent = createHash('sha256');
    const content = Readable.from(
      (function* () {
        for (let i = 0; i < megabytes; i += 1) {
          sent.update(block);
          yield block;
        }
      })(),
    );
    const added = await ask(
      'POST',
      `/api/v1/cases/${caseId}/files`,
      {
        'content-length': megabytes * megabyte,
        'x-attestation-version': anonymisationDuty.version,
        'x-attestation-hash': anonymisationDuty.hash,
      },
      content,
    );
    let text = '';
    for await (const piece of added) text += String(piece);
    expect([added.statusCode, text]).toEqual([201, expect.stringContaining('"AVAILABLE"')]);
    const { fileId } = JSON.parse(text) as { fileId: string };

    const read = await ask('GET', `/api/v1/files/${fileId}`, {}, Readable.from([]));
    expect(read.statusCode).toBe(200);
    const got = createHash('sha256');
    for await (const piece of read as AsyncIterable<Buffer>) got.update(piece);
    expect(got.digest('hex')).toBe(sent.digest('hex'));
  } finally {
    clearInterval(timer);
    sample();
  }
  return peak;
}

it('a file twice as large needs no more memory, in the gateway or in files', async () => {
  const [first, second] = [await carry(128), await carry(256)];
  expect(second.gateway - first.gateway).toBeLessThanOrEqual(mostGrowth);
  expect(second.files - first.files).toBeLessThanOrEqual(mostGrowth);
});
