import { readFileSync } from 'node:fs';
import { Readable } from 'node:stream';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { v7 } from 'uuid';
import type { MemberCaller } from '@definitivedx/auth';
import type { RunningService } from '@definitivedx/bus';
import {
  getMemberImport,
  identifyMember,
  importDoor,
  specialistEnded,
  listMembers,
  endPlace,
  type MemberImport,
} from '@definitivedx/contracts';
import type { Problem } from '@definitivedx/errors';
import { until } from '@definitivedx/testing';
import type { AccessConfig, AuditKey } from '../src/config.js';
import { appModule } from '../src/app.module.js';
import { databaseOptions } from '../src/data/database.js';
import { serviceOptions } from '../src/http/server.js';
import { AccessWorld, issuer } from './access-world.js';

let access: AccessWorld;
let door: RunningService;
let trust: { organisationId: string; odsCode: string };
let admin: MemberCaller;

beforeAll(async () => {
  access = await AccessWorld.start();
  door = await startDoor();
});
afterAll(() => access.stop());
beforeEach(async () => {
  trust = await access.organisation('trust');
  admin = await access.member(trust, ['organisation-admin']);
});

/** A second replica, with the HTTP side that the gateway knocks at. */
function startDoor(): Promise<RunningService> {
  const auditKey = JSON.parse(readFileSync(access.world.secrets.auditKeyFile, 'utf8')) as AuditKey;
  return access.world.service<AccessConfig>('access', appModule, databaseOptions, {
    config: { auditKey, importMaxBytes: 8_000_000, port: 0 },
    options: serviceOptions,
  });
}

const send = (
  body: string | Buffer | Readable,
  { importId = v7(), caller = admin }: { importId?: string; caller?: MemberCaller } = {},
): Promise<Response> =>
  fetch(new URL(importDoor.path, door.url), {
    method: 'POST',
    headers: {
      'content-type': 'text/csv',
      [importDoor.headers.caller]: caller.token,
      [importDoor.headers.importId]: importId,
    },
    body: body instanceof Readable ? Readable.toWeb(body) : body,
    duplex: 'half',
  });
const stateOf = (importId: string): Promise<MemberImport> =>
  access.world.request(getMemberImport, admin, { importId });
async function ended(importId: string): Promise<MemberImport> {
  await until(async () => (await stateOf(importId)).endedAt !== null, 'the import to end');
  return stateOf(importId);
}
async function imported(body: string | Buffer | Readable): Promise<MemberImport> {
  const response = await send(body);
  expect(response.status).toBe(201);
  return ended(((await response.json()) as MemberImport).importId);
}
async function refused(body: string | Buffer): Promise<Problem> {
  const response = await send(body);
  expect(response.status).toBe(400);
  return (await response.json()) as Problem;
}
const identify = async (subject: string) =>
  access.world.request(identifyMember, await access.world.as('gateway'), { issuer, subject, signIn: false });
const memberCount = async (): Promise<number> =>
  (await access.world.request(listMembers, admin, { limit: 100 })).members.length;

const header = 'subject,name,email,roles\n';
const lineOf = (n: number, of: string): string =>
  `${of}-${String(n)},"Member, ${String(n)}",m${String(n)}.${of}@demo.invalid,clinician specialist\n`;
const file = (lines: number, of = v7()): string =>
  header + Array.from({ length: lines }, (_, n) => lineOf(n, of)).join('');

describe('a file of members', () => {
  it('is written as a whole, and the same file again changes nothing', async () => {
    const of = v7();
    const first = await imported(file(2_500, of));
    expect(first).toMatchObject({ state: 'done', lines: 2_500, written: 2_500, added: 2_500, errors: [] });
    expect(await identify(`${of}-2499`)).toMatchObject({
      name: 'Member, 2499',
      odsCode: trust.odsCode,
      roles: ['clinician', 'specialist'],
    });
    expect(await imported(file(2_500, of))).toMatchObject({ added: 0, changed: 0, unchanged: 2_500 });
    const changed = file(2_500, of).replace('"Member, 7"', 'Renamed');
    expect(await imported(changed)).toMatchObject({ added: 0, changed: 1, unchanged: 2_499 });
    expect(await identify(`${of}-7`)).toMatchObject({ name: 'Renamed' });
    const demoted = changed.replace(/(Renamed.*)clinician specialist/, '$1clinician');
    expect(await imported(demoted)).toMatchObject({ added: 0, changed: 1, unchanged: 2_499 });
    const told = `select i.subject from outbox o join identity i on i.member_id::text = o.payload ->> 'memberId'
                   where o.subject = $1`;
    expect(await access.sql(told, [specialistEnded.subject])).toEqual([{ subject: `${of}-7` }]);
    const [left] = await access.sql<{ n: number }>('select count(*)::int as n from member_import_line');
    expect(left?.n).toBe(0);
  });

  it('is checked and written in one go, however few lines the planner believes there are', async () => {
    await imported(file(3));
    await access.sql('vacuum (analyze) member_import_line');
    const { importId, ...found } = await imported(file(20_000));
    expect(found).toMatchObject({ state: 'done', added: 20_000 });
    expect(await access.sql('select attempts from member_import where id = $1', [importId])).toEqual([
      { attempts: 1 },
    ]);
  });

  it.each([
    ['UTF-8 with a byte order mark', (text: string) => Buffer.from(`\uFEFF${text}`)],
    ['UTF-16, little end first', (text: string) => Buffer.from(`\uFEFF${text}`, 'utf16le')],
    ['UTF-16, big end first', (text: string) => Buffer.from(`\uFEFF${text}`, 'utf16le').swap16()],
    ['lines that end with CRLF', (text: string) => Buffer.from(text.replaceAll('\n', '\r\n'))],
    [
      'columns in another order and spelling',
      (text: string) => Buffer.from(text.replace('subject', ' Subject ')),
    ],
  ])('may come as %s', async (_what, encode) => {
    const of = v7();
    expect(await imported(encode(file(3, of)))).toMatchObject({ state: 'done', added: 3 });
    expect(await identify(`${of}-1`)).toMatchObject({ name: 'Member, 1' });
  });

  it('that comes in the smallest pieces is the same', async () => {
    const bytes = Buffer.from(`\uFEFF${file(3)}`, 'utf16le');
    const pieces = Readable.from(
      [...bytes].map((byte) => Buffer.from([byte])),
      { objectMode: false },
    );
    expect(await imported(pieces)).toMatchObject({ state: 'done', added: 3 });
  });

  it.each([
    ['nothing', ''],
    ['only a header', header],
    ['no header', file(1).slice(header.length)],
    ['a missing column', 'subject,name,email\na,b,c@demo.invalid\n'],
    ['a column we do not know', `${header.trim()},salary\na,b,c@demo.invalid,clinician,1\n`],
    ['semicolons', header.replaceAll(',', ';')],
    ['UTF-16 without a mark', Buffer.from(file(1), 'utf16le')],
    ['Latin-1', Buffer.from(`${header}a,Zo\xeb,z@demo.invalid,clinician\n`, 'latin1')],
  ])('of %s is refused with a sentence', async (_what, body) => {
    const problem = await refused(body);
    expect(problem.code).toBe('invalid-input');
    expect(problem.detail).toMatch(/\.$/);
    expect(await memberCount()).toBe(1);
  });

  it('that is too large, or of who administers nothing, is refused', async () => {
    expect((await send(Buffer.alloc(8_000_001, 'x'))).status).toBe(413);
    const clinician = await access.member(trust);
    expect((await send(file(1), { caller: clinician })).status).toBe(403);
    expect((await fetch(new URL(importDoor.path, door.url), { method: 'POST', body: 'x' })).status).toBe(401);
  });
});

describe('wrong lines', () => {
  it('are all named with their number and reason, and nothing is written', async () => {
    const of = v7();
    const text = [
      'subject,name,email,roles',
      `${of}-a,Good,good@demo.invalid,clinician`,
      `${of}-b,"=HYPERLINK(""x"")",b@demo.invalid,clinician`,
      `${of}-c,C,not-an-address,clinician`,
      `${of}-d,D,d@demo.invalid,chief`,
      `,E,e@demo.invalid,clinician`,
      `${of}-f,F,f@demo.invalid`,
      `${of}-a,Again,again@demo.invalid,clinician`,
      `${of}-h,"Two\nlines",h@demo.invalid,clinician`,
      `${of}-i,I,GOOD@demo.invalid,clinician`,
      `${of}-j,J,j@demo.invalid,operator`,
      `+${of}-k,K,k@demo.invalid,clinician`,
    ].join('\n');
    const found = await imported(text);
    expect(found).toMatchObject({ state: 'refused', added: 0, errorCount: 10 });
    expect(found.errors.map(({ line, column }) => [line, column])).toEqual([
      [3, 'name'],
      [4, 'email'],
      [5, 'roles'],
      [6, 'subject'],
      [7, null],
      [8, 'subject'],
      [9, 'name'],
      [11, 'user_name'],
      [12, 'roles'],
      [13, 'subject'],
    ]);
    expect(found.errors.find(({ line }) => line === 8)?.reason).toBe('is the same as in line 2');
    expect(found.errors.find(({ line }) => line === 11)?.reason).toBe('is the same as in line 2');
    expect(JSON.stringify(found)).not.toMatch(/HYPERLINK|not-an-address|chief/);
    expect(await memberCount()).toBe(1);
    await expect(identify(`${of}-a`)).rejects.toMatchObject({ code: 'forbidden' });
  });

  it('are counted, and the first thousand named', async () => {
    const found = await imported(file(1_500).replaceAll('clinician specialist', 'nobody'));
    expect(found).toMatchObject({ state: 'refused', errorCount: 1_500 });
    expect(found.errors).toHaveLength(1_000);
  });

  it('after a quotation mark that is not closed are not guessed at', async () => {
    const found = await imported(`${file(3)}x,"never closed,x@demo.invalid,clinician\n${lineOf(9, 'y')}`);
    expect(found).toMatchObject({ state: 'refused', errorCount: 1 });
    expect(found.errors[0]?.reason).toContain('quotation mark');
  });

  it('are those too that the directory stands in the way of', async () => {
    const of = v7();
    await imported(file(2, of));
    const { memberId } = await identify(`${of}-1`);
    await access.world.request(endPlace, admin, { memberId, emergency: true });
    const again = `${header}${lineOf(1, of)}${of}-new,New,m0.${of}@demo.invalid,clinician\n`;
    const found = await imported(again);
    expect(found.errors).toMatchObject([
      { line: 2, column: 'subject', reason: expect.stringContaining('ended') },
      { line: 3, column: 'user_name', reason: expect.stringContaining('another member') },
    ]);
  });

  it('never take the last administrator', async () => {
    const [row] = await access.sql<{ subject: string }>('select subject from identity where member_id = $1', [
      admin.memberId,
    ]);
    const found = await imported(`${header}${row?.subject ?? ''},Administrator,a@demo.invalid,clinician\n`);
    expect(found).toMatchObject({ state: 'failed', reason: expect.stringContaining('last administrator') });
    expect(await memberCount()).toBe(1);
  });
});

describe('an import', () => {
  it('of the same id is the same import, and another organisation never sees it', async () => {
    const importId = v7();
    const text = file(3);
    await send(text, { importId });
    const first = await ended(importId);
    const again = await send(text, { importId });
    expect(await again.json()).toEqual(first);
    const other = await access.organisation('trust');
    const stranger = await access.member(other, ['organisation-admin']);
    await expect(access.world.request(getMemberImport, stranger, { importId })).rejects.toMatchObject({
      code: 'not-found',
    });
    expect((await send(text, { importId, caller: stranger })).status).toBe(409);
  });

  it('whose sender breaks off fails, leaves nothing, and can be sent again', async () => {
    const importId = v7();
    const text = file(4_000);
    const half = Readable.from(
      (async function* () {
        yield text.slice(0, text.length / 2);
        await until(
          async () => (await access.sql('select 1 from member_import where id = $1', [importId])).length > 0,
          'it to begin',
        );
        throw new Error('broken off');
      })(),
    );
    await expect(send(half, { importId })).rejects.toThrow();
    await until(async () => (await stateOf(importId)).state === 'failed', 'it to be given up');
    expect(await memberCount()).toBe(1);
    expect((await send(text, { importId })).status).toBe(201);
    expect(await ended(importId)).toMatchObject({ state: 'done', added: 4_000 });
  });

  it('whose worker died is taken up by another one', async () => {
    const importId = v7();
    // As a replica leaves it that is killed in the middle of checking or writing.
    await access.sql(
      `insert into member_import (id, organisation_id, started_by, started_by_kind, issuer, state, lines, attempts, leased_until, started_at)
       values ($1, $2, $3, 'member', $4, 'writing', 1, 1, $5, $5)`,
      [importId, trust.organisationId, admin.memberId, issuer, access.later(30_000)],
    );
    const subject = v7();
    await access.sql(
      `insert into member_import_line values ($1, 2, $2, $3, 'u@demo.invalid', 'Left behind', 'u@demo.invalid', '{clinician}')`,
      [importId, v7(), subject],
    );
    expect(await stateOf(importId)).toMatchObject({ state: 'writing' });
    access.world.clock.advance(31_000);
    expect(await ended(importId)).toMatchObject({ state: 'done', added: 1 });
    expect(await identify(subject)).toMatchObject({ name: 'Left behind' });
  });

  it('whose lines were lost with the database server, or whose reader died, fails and says so', async () => {
    for (const [state, lines] of [
      ['checking', 5],
      ['reading', 0],
    ] as const) {
      const importId = v7();
      await access.sql(
        `insert into member_import (id, organisation_id, started_by, started_by_kind, issuer, state, lines, leased_until, started_at)
         values ($1, $2, $3, 'member', $4, $5, $6, $7, $7)`,
        [importId, trust.organisationId, admin.memberId, issuer, state, lines, access.now()],
      );
      expect(await ended(importId)).toMatchObject({
        state: 'failed',
        reason: expect.stringMatching(/again\.$/),
      });
    }
  });
});
