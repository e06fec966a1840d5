import { existsSync, mkdirSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { Refusal } from '../../bootstrap/steps.mjs';
import { tryLock } from '../../bootstrap/lock.mjs';
import { postgresDataDir } from './postgres.js';

const neededBytes = 500_000_000;

/** What a system keeps in its state folder. Emptying removes these and nothing else, whatever folder was named. */
const kept = [
  'secrets',
  'nats',
  'mailbox',
  'identity-provider',
  'logs',
  'traces',
  'environment.json',
  'postgres.password',
];

const elsewhere = 'Or keep the state elsewhere: DDX_STATE=<folder> npm start';

/** A sentence for a file system's refusal; undefined for other errors. */
export function storageSentence(error: unknown, folder: string): string | undefined {
  switch ((error as NodeJS.ErrnoException | undefined)?.code) {
    case 'ENOSPC':
    case 'EDQUOT':
      return `The disk that holds ${folder} is full. Free some space and start again. ${elsewhere}`;
    case 'EROFS':
      return `${folder} lies on a read-only file system. Mount it writable. ${elsewhere}`;
    case 'EACCES':
    case 'EPERM':
      return `The current user may not write to ${folder}. Give the folder to that user. ${elsewhere}`;
    case 'ENOTDIR':
    case 'EEXIST':
      return `${folder} is, or lies below, a file where a folder is needed. ${elsewhere}`;
    default:
      return undefined;
  }
}

/** Makes a folder and its parents, one by one: where none can be made (/proc), mkdir's `recursive` never returns. */
function makeFolder(folder: string): void {
  if (existsSync(folder)) return;
  makeFolder(dirname(folder));
  mkdirSync(folder);
}

/** Makes the state folder and makes sure that it can be written to and has room. Throws a Refusal otherwise. */
export function prepareState(folder: string): void {
  try {
    makeFolder(folder);
    const probe = join(folder, `.probe-${String(process.pid)}`);
    writeFileSync(probe, 'x');
    rmSync(probe);
  } catch (error) {
    throw new Refusal(
      storageSentence(error, folder) ??
        `The state folder ${folder} cannot be made (${String(error)}). ${elsewhere}`,
    );
  }
  const { bavail, bsize } = statfsSync(folder);
  const free = bavail * bsize;
  if (free < neededBytes) {
    throw new Refusal(
      `The disk that holds ${folder} has ${String(Math.floor(free / 1e6))} MB left, and ${String(neededBytes / 1e6)} MB are needed. ` +
        `Free some space and start again. ${elsewhere}`,
    );
  }
}

/** Makes this process the only one that uses the folder. `stale`: the run before it was killed. Throws a Refusal when it is in use. */
export function lockState(folder: string): { readonly stale: boolean; release(): void } {
  const lock = tryLock(join(folder, 'lock'));
  if (lock.release !== undefined) return lock;
  const who = lock.holder > 0 ? ` (process ${String(lock.holder)})` : '';
  throw new Refusal(
    `DefinitiveDx runs already on ${folder}${who}. Use it, or stop it with Ctrl-C where it runs.\n` +
      'For a second one beside it: DDX_STATE=<another folder> npm start -- --port 8180',
  );
}

/** Removes all data. The caller holds the lock, and nothing runs. */
export function emptyState(folder: string): void {
  const postgres = postgresDataDir(join(folder, 'postgres'));
  for (const path of [postgres, `${postgres}.new`, ...kept.map((name) => join(folder, name))]) {
    rmSync(path, { recursive: true, force: true });
  }
}
