import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chmodSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { rotateFileKeys, type ReplyOf } from '@definitivedx/contracts';
import { until } from '@definitivedx/testing';
import { aText, Surgery, type Person } from './support/surgery.js';

type Counts = ReplyOf<typeof rotateFileKeys>['keys'];
interface Keyring {
  current: string;
  keys: Record<string, string>;
}

let surgery: Surgery;
let gp: Person;
let caseId: string;

beforeAll(async () => {
  surgery = await Surgery.open();
  const [by, to] = await Promise.all([surgery.person(), surgery.person()]);
  gp = by;
  ({ caseId } = await surgery.share(by, [to]));
});
afterAll(() => surgery.world.stop());

const rotate = async (batch: number): Promise<ReplyOf<typeof rotateFileKeys>> =>
  surgery.world.request(rotateFileKeys, await surgery.world.as('operator'), { batch });

/** Changes the keyring as an operator does: a new file in the place of the old one, while files runs. */
function changeKeyring(change: (keyring: Keyring) => void): void {
  const file = surgery.world.secrets.filesKeyringFile;
  const keyring = JSON.parse(readFileSync(file, 'utf8')) as Keyring;
  change(keyring);
  writeFileSync(`${file}.new`, JSON.stringify(keyring), { mode: 0o600 });
  renameSync(`${file}.new`, file);
}

const countOf = (keys: Counts, keyId: string): number | undefined =>
  keys.find((key) => key.keyId === keyId)?.files;

it('keys are rotated while files are read and added: no read fails, and the old key retires when nothing needs it', async () => {
  const first = (await rotate(0)).keys.find(({ current }) => current)!.keyId;
  const contents = new Map<string, string>();
  const add = async (): Promise<void> => {
    const text = aText(100_000);
    contents.set(await surgery.add(gp, caseId, text), text);
  };
  for (let i = 0; i < 12; i += 1) await add();
  // A key that cannot be unwrapped must neither stop the rotation nor let its old key be counted as unused.
  const damaged = await surgery.add(gp, caseId, 'damaged');
  await surgery.rows(
    'damage',
    `update file set wrapped_key = set_byte(wrapped_key, 20, get_byte(wrapped_key, 20) # 1) where id = $1`,
    [damaged],
  );

  const live = { reads: 0, over: false };
  const moreReads = (many: number): Promise<true> => {
    const from = live.reads;
    return until(() => live.reads >= from + many, 'more reads');
  };
  const failed: string[] = [];
  const readAll = async (): Promise<void> => {
    while (!live.over) {
      for (const [fileId, text] of [...contents]) {
        const response = await surgery.download(gp, fileId);
        if ((await response.text()) !== text) failed.push(`${fileId}: ${String(response.status)}`);
        live.reads += 1;
      }
    }
  };
  const readers = [readAll(), readAll()];
  await moreReads(1);

  changeKeyring(({ keys }) => (keys['second'] = randomBytes(32).toString('base64')));
  await add();
  expect(countOf((await rotate(0)).keys, first)).toBe(14);
  changeKeyring((keyring) => (keyring.current = 'second'));
  await add();
  let left = await rotate(3);
  expect(left).toMatchObject({
    rewrapped: expect.any(Number),
    keys: expect.arrayContaining([{ keyId: 'second', current: true, files: expect.any(Number) }]),
  });
  for (let rounds = 0; (countOf(left.keys, first) ?? 0) > 1 && rounds < 20; rounds += 1) {
    await add();
    await moreReads(4);
    // Two operators at once do not get in each other's way.
    [left] = await Promise.all([rotate(3), rotate(2)]);
  }
  left = await rotate(100);
  expect(countOf(left.keys, first)).toBe(1);
  expect(countOf(left.keys, 'second')).toBe(contents.size);

  await surgery.rows('drop-damaged', `delete from file where id = $1`, [damaged]);
  expect((await rotate(0)).keys.map(({ keyId }) => keyId)).toEqual(['second']);
  changeKeyring(({ keys }) => {
    Reflect.deleteProperty(keys, first);
  });
  await moreReads(contents.size);
  live.over = true;
  await Promise.all(readers);
  expect(failed).toEqual([]);
});

it('an operator rotates with one command', async () => {
  const fileId = await surgery.add(gp, caseId, 'x');
  changeKeyring((keyring) => {
    keyring.keys['by-hand'] = randomBytes(32).toString('base64');
    keyring.current = 'by-hand';
  });
  const program = fileURLToPath(new URL('../../../tools/bus/dist/file-keys.js', import.meta.url));
  const { secrets, nats } = surgery.world;
  const run = (...args: string[]): Promise<{ stdout: string }> =>
    promisify(execFile)(process.execPath, [program, ...args], {
      env: {
        NATS_URL: nats.url,
        NATS_SEED_FILE: secrets.seedFile('operator'),
        CALLER_KEY_FILE: secrets.callerKeyFile('operator'),
      },
    });
  expect((await run()).stdout).toMatch(/^by-hand {2}0 files {2}\(current\)\nsecond {2}\d+ files\n$/);
  expect((await run('rotate')).stdout).toMatch(/^\d+ done\nby-hand {2}\d+ files {2}\(current\)\n$/);
  expect(await (await surgery.download(gp, fileId)).text()).toBe('x');
  await expect(run('destroy')).rejects.toMatchObject({ code: 2 });
});

it('a file whose key is not in the keyring cannot be read, and can again when the key is put back', async () => {
  const fileId = await surgery.add(gp, caseId, 'locked');
  let kept = '';
  changeKeyring((keyring) => {
    kept = keyring.keys['by-hand']!;
    keyring.keys = { third: randomBytes(32).toString('base64') };
    keyring.current = 'third';
  });
  const refused = await surgery.download(gp, fileId);
  expect(refused.status).toBe(500);
  expect(await refused.text()).toContain('the key it needs is not there');
  // New files do not need the lost key.
  await surgery.add(gp, caseId, 'new');
  changeKeyring(({ keys }) => (keys['by-hand'] = kept));
  expect(await (await surgery.download(gp, fileId)).text()).toBe('locked');
});

it('a keyring that others can read, or that is no keyring, is not used', async () => {
  const fileId = await surgery.add(gp, caseId, 'x');
  const file = surgery.world.secrets.filesKeyringFile;
  const good = readFileSync(file, 'utf8');
  for (const [text, mode] of [
    ['{"current": "third", "keys": {}}', 0o600],
    [good, 0o644],
  ] as const) {
    writeFileSync(`${file}.new`, text);
    chmodSync(`${file}.new`, mode);
    renameSync(`${file}.new`, file);
    const response = await surgery.download(gp, fileId);
    expect(response.status).toBe(500);
    expect(await response.text()).not.toContain(good.slice(30, 60));
  }
  changeKeyring(() => undefined);
  expect((await surgery.download(gp, fileId)).status).toBe(200);
});
