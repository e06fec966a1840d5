import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync, mkdirSync, openSync, readFileSync, renameSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Refusal } from '../../bootstrap/steps.mjs';
import { guardProcess, releaseProcess } from './guard.js';

/** A process to keep running. */
export interface ProcessSpec {
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  /** The whole environment; nothing is inherited. */
  readonly env: NodeJS.ProcessEnv;
  readonly cwd?: string;
  readonly uid?: number;
  readonly gid?: number;
  /** Everything the process writes is appended here. */
  readonly logFile: string;
  /** True once the process does its work; asked again and again until then. */
  readonly ready: () => Promise<boolean>;
  /** How long the first start may take, in milliseconds (30 s when absent). */
  readonly readyWithin?: number;
  /** How it is asked to end (SIGTERM when absent). */
  readonly stopSignal?: NodeJS.Signals;
  /** Told, in a sentence, when it crashed or came back. */
  readonly onEvent?: (line: string) => void;
}

/** A supervised process: restarted when it crashes, until it is stopped. */
export interface ManagedProcess {
  readonly name: string;
  readonly logFile: string;
  /** The running process; undefined between a crash and the restart, and when stopped. */
  readonly pid: number | undefined;
  /** Starts it and waits until it is ready. Throws a Refusal with the end of its log when it ends or hangs instead. */
  start(): Promise<void>;
  /** Asks it to end and waits; after 10 s it is made to. */
  stop(): Promise<void>;
  restart(): Promise<void>;
  /** Sends a signal (SIGKILL when absent) as if from outside: what then ends is started again. */
  kill(signal?: NodeJS.Signals): void;
  /** Waits until it is running and ready (again); throws after `within` milliseconds. */
  untilReady(within?: number): Promise<void>;
}

const maxLogBytes = 5_000_000;
const stopWithin = 10_000;
const firstBackoff = 200;
const longestBackoff = 5_000;
/** A process that ran this long was well: its next crash is retried at once. */
const wellAfter = 10_000;

/** Opens a log to append to; one that has grown large is set aside first, replacing the one set aside before. */
export function openLog(file: string): number {
  mkdirSync(dirname(file), { recursive: true });
  if ((statSync(file, { throwIfNoEntry: false })?.size ?? 0) > maxLogBytes) renameSync(file, `${file}.1`);
  return openSync(file, 'a', 0o600);
}

/** The last lines of a log, for a message; empty when there are none. */
export function logTail(file: string, lines = 15): string {
  try {
    return readFileSync(file, 'utf8').trimEnd().split('\n').slice(-lines).join('\n');
  } catch {
    return '';
  }
}

/** Prepares a process without starting it. */
export function supervise(spec: ProcessSpec): ManagedProcess {
  let child: ChildProcess | undefined;
  let wanted = false;
  let settled = false;
  let backoff = firstBackoff;
  let startedAt = 0;
  let timer: NodeJS.Timeout | undefined;

  const launch = (): ChildProcess => {
    const log = openLog(spec.logFile);
    const started = spawn(spec.command, spec.args, {
      env: spec.env,
      ...(spec.cwd === undefined ? {} : { cwd: spec.cwd }),
      ...(spec.uid === undefined ? {} : { uid: spec.uid }),
      ...(spec.gid === undefined ? {} : { gid: spec.gid }),
      stdio: ['ignore', log, log],
      // Its own group: Ctrl-C at the terminal reaches only the supervisor, which stops everything in order.
      detached: true,
    });
    closeSync(log);
    startedAt = Date.now();
    child = started;
    const { pid } = started;
    if (pid !== undefined) guardProcess(pid);
    let ended = false;
    const onEnd = (how: string): void => {
      if (ended) return;
      ended = true;
      if (pid !== undefined) releaseProcess(pid);
      if (child === started) child = undefined;
      if (wanted && settled) recover(how);
    };
    started.on('error', (error) => {
      onEnd(error.message);
    });
    started.on('exit', (code, signal) => {
      onEnd(signal ?? `code ${String(code)}`);
    });
    return started;
  };

  const recover = (how: string): void => {
    if (Date.now() - startedAt > wellAfter) backoff = firstBackoff;
    spec.onEvent?.(`${spec.name} ended (${how}); starting it again. Its log: ${spec.logFile}`);
    timer = setTimeout(() => {
      if (wanted) launch();
    }, backoff);
    backoff = Math.min(backoff * 2, longestBackoff);
  };

  const isReady = async (): Promise<boolean> => {
    const asked = child;
    return asked !== undefined && (await spec.ready().catch(() => false)) && child === asked;
  };

  const failure = (what: string): Refusal =>
    new Refusal(`${logTail(spec.logFile)}\n\n${spec.name} ${what}. Its whole log is ${spec.logFile}`);

  const process: ManagedProcess = {
    name: spec.name,
    logFile: spec.logFile,
    get pid() {
      return child?.pid;
    },
    async start() {
      if (wanted) return;
      wanted = true;
      settled = false;
      backoff = firstBackoff;
      const started = launch();
      const within = spec.readyWithin ?? 30_000;
      const deadline = Date.now() + within;
      while (!(await isReady())) {
        if (child !== started || Date.now() > deadline) {
          const ended = child !== started;
          await process.stop();
          throw failure(
            ended ? 'ended while it was starting' : `was not ready after ${String(within / 1000)} s`,
          );
        }
        await sleep(40);
      }
      settled = true;
    },
    async stop() {
      wanted = false;
      clearTimeout(timer);
      const running = child;
      if (running === undefined) return;
      const ended = new Promise<void>((resolve) => {
        running.once('exit', () => {
          resolve();
        });
        // It may have ended before the listener was there.
        if (running.exitCode !== null || running.signalCode !== null) resolve();
      });
      running.kill(spec.stopSignal ?? 'SIGTERM');
      const force = setTimeout(() => running.kill('SIGKILL'), stopWithin);
      await ended;
      clearTimeout(force);
    },
    async restart() {
      await process.stop();
      await process.start();
    },
    kill(signal = 'SIGKILL') {
      child?.kill(signal);
    },
    async untilReady(within = 30_000) {
      const deadline = Date.now() + within;
      while (!(await isReady())) {
        if (Date.now() > deadline) throw failure(`was not ready after ${String(within / 1000)} s`);
        await sleep(40);
      }
    },
  };
  return process;
}

/** A readiness check: the address answers with a 2xx status. */
export const httpReady = (url: string) => async (): Promise<boolean> => {
  const response = await fetch(url, { signal: AbortSignal.timeout(2000) });
  await response.body?.cancel();
  return response.ok;
};

/** Runs a program to its end, its output in a log file. Throws a Refusal with the end of the log when it fails. */
export async function runToEnd(
  name: string,
  args: readonly string[],
  options: {
    readonly env: NodeJS.ProcessEnv;
    readonly logFile: string;
    readonly cwd?: string;
    readonly within?: number;
  },
): Promise<void> {
  const log = openLog(options.logFile);
  const child = spawn(globalThis.process.execPath, args, {
    env: options.env,
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
    stdio: ['ignore', log, log],
    timeout: options.within ?? 120_000,
    killSignal: 'SIGKILL',
  });
  closeSync(log);
  const how = await new Promise<string | undefined>((resolve) => {
    child.on('error', (error) => {
      resolve(error.message);
    });
    child.on('exit', (code, signal) => {
      resolve(code === 0 ? undefined : (signal ?? `code ${String(code)}`));
    });
  });
  if (how !== undefined) {
    throw new Refusal(
      `${logTail(options.logFile)}\n\n${name} failed (${how}). Its whole log is ${options.logFile}`,
    );
  }
}
