import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  chmodSync,
  chownSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  renameSync,
  rmSync,
} from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { Refusal } from '../../bootstrap/steps.mjs';

/** The user that PostgreSQL runs as when we are root, which it refuses to run as. */
export interface PostgresUser {
  readonly uid: number;
  readonly gid: number;
}

const userName = 'postgres';
/** Where root keeps what the `postgres` user must reach, when the usual place is closed to that user (as /root is). */
const openData = '/var/lib/definitivedx';
const openPrograms = '/var/cache/definitivedx';

function lookUp(): PostgresUser | undefined {
  const id = (flag: string): number =>
    Number(execFileSync('id', [flag, userName], { stdio: 'pipe' }).toString());
  try {
    return { uid: id('-u'), gid: id('-g') };
  } catch {
    return undefined;
  }
}

/** The unprivileged user to run PostgreSQL as; undefined when we are not root. Creates it on a machine that has none. */
export function postgresUser(): PostgresUser | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const existing = lookUp();
  if (existing) return existing;
  for (const [command, ...args] of [
    ['useradd', '--system', '--user-group', '--no-create-home', '--shell', '/usr/sbin/nologin', userName],
    // BusyBox, as on Alpine.
    ['adduser', '-S', '-D', '-H', userName],
  ] as const) {
    spawnSync(command, args, { stdio: 'ignore' });
    const created = lookUp();
    if (created) return created;
  }
  throw new Refusal(
    `PostgreSQL refuses to run as root, and no user "${userName}" could be created for it. ` +
      `Create one ("useradd --system ${userName}"), or run as an ordinary user.`,
  );
}

const canEnter = (user: PostgresUser, folder: string): boolean =>
  spawnSync('/bin/sh', ['-c', 'cd "$1"', 'sh', folder], {
    uid: user.uid,
    gid: user.gid,
    stdio: 'ignore',
    cwd: '/',
  }).status === 0;

function nearestExisting(folder: string): string {
  return existsSync(folder) ? folder : nearestExisting(dirname(folder));
}

/**
 * Where a data folder really goes: where it was asked for, unless we are root and the user that PostgreSQL then
 * runs as cannot get there; then a folder of its own under /var/lib.
 */
export function reachableDataDir(dataDir: string, user: PostgresUser | undefined): string {
  const wanted = resolve(dataDir);
  if (user === undefined) return wanted;
  const parent = dirname(wanted);
  // A parent that is still to be made is made here, with our usual mode.
  if (canEnter(user, nearestExisting(parent))) return wanted;
  const id = createHash('sha256').update(wanted).digest('hex').slice(0, 12);
  return join(openData, id, basename(wanted));
}

/** The folder of PostgreSQL's programs, in a place where the user can run them: a copy of it, if need be. */
export function reachablePrograms(native: string, version: string, user: PostgresUser | undefined): string {
  if (user === undefined || canEnter(user, join(native, 'bin'))) return native;
  const copy = join(openPrograms, `postgres-${version}`);
  if (existsSync(copy)) return copy;
  mkdirSync(openPrograms, { recursive: true, mode: 0o755 });
  const incoming = mkdtempSync(`${copy}.new-`);
  try {
    cpSync(native, incoming, { recursive: true, verbatimSymlinks: true });
    chmodSync(incoming, 0o755);
    // Another run may have finished the same copy meanwhile; then its copy is used.
    if (!existsSync(copy)) renameSync(incoming, copy);
  } finally {
    rmSync(incoming, { recursive: true, force: true });
  }
  return copy;
}

/** Makes a folder that only PostgreSQL's user may enter. */
export function makePrivate(folder: string, user: PostgresUser | undefined): void {
  mkdirSync(dirname(folder), { recursive: true, mode: 0o755 });
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  if (user) chownSync(folder, user.uid, user.gid);
}
