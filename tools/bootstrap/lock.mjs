// A lock file that names its holder, so that a lock left by a killed process is noticed and taken over.
import { closeSync, mkdirSync, openSync, readFileSync, rmSync, statSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/** When a process started, where the system tells: a recycled process id is then not taken for the holder. */
function startOf(pid) {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
  } catch {
    return undefined;
  }
}

function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
}

/** The living process that holds the lock; undefined when it is free, or its holder is gone. */
export function holderOf(path) {
  let text;
  try {
    text = readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
  const [pid, start] = text.trim().split(' ');
  // Created a moment ago and not written yet: held, by someone we cannot name.
  if (!pid)
    return Date.now() - (statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0) < 2000 ? 0 : undefined;
  const id = Number(pid);
  if (!Number.isInteger(id) || !isAlive(id)) return undefined;
  const now = startOf(id);
  return start && now && start !== now ? undefined : id;
}

/** Creates the file, or says that it exists. */
function create(path) {
  try {
    const file = openSync(path, 'wx', 0o600);
    writeSync(file, `${process.pid} ${startOf(process.pid) ?? ''}\n`);
    closeSync(file);
    return true;
  } catch (error) {
    if (error.code === 'EEXIST') return false;
    throw error;
  }
}

/**
 * Takes the lock at once or not at all.
 * Returns `{ release, stale }` (`stale`: it was left by a process that is gone), or `{ holder }` with the holder's process id.
 */
export function tryLock(path) {
  mkdirSync(dirname(path), { recursive: true });
  const held = (stale) => ({ stale, release: () => rmSync(path, { force: true }) });
  if (create(path)) return held(false);
  const holder = holderOf(path);
  if (holder !== undefined) return { holder };
  // Only one process may clear away a dead holder's lock: a second one would remove the first one's new lock.
  const clearing = `${path}.clearing`;
  if (!create(clearing)) {
    if (holderOf(clearing) === undefined) rmSync(clearing, { force: true });
    return { holder: 0 };
  }
  try {
    const now = holderOf(path);
    if (now !== undefined) return { holder: now };
    rmSync(path, { force: true });
    return create(path) ? held(true) : { holder: 0 };
  } finally {
    rmSync(clearing, { force: true });
  }
}

/** Runs `work` while holding the lock. Waits for another holder, and calls `onWait(pid)` once when it has to. */
export async function withLock(path, work, onWait = () => undefined) {
  let told = false;
  let lock = tryLock(path);
  while (lock.release === undefined) {
    if (!told && lock.holder > 0) {
      onWait(lock.holder);
      told = true;
    }
    await sleep(150);
    lock = tryLock(path);
  }
  try {
    return await work();
  } finally {
    lock.release();
  }
}
