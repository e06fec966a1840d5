import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { services as serviceNames } from '@definitivedx/contracts';
import { Session, signIn } from '@definitivedx/demo';
import { ephemeralPorts, freePorts, inRepository, startSystem, type System } from '@definitivedx/stack';

/** Everything a run needs: the whole system, and the floor's program on the same PostgreSQL server. */
export interface Stage {
  readonly system: System;
  readonly systemUrl: URL;
  readonly floorUrl: URL;
  readonly dir: string;
  /** Name → id of the processes whose CPU counts; PostgreSQL works for both sides, in turn. */
  readonly systemProcesses: () => Readonly<Record<string, number>>;
  readonly floorProcesses: () => Readonly<Record<string, number>>;
  /** Has PostgreSQL look at the new tables now, as its autovacuum would within a minute: plans for empty ones are poor. */
  analyze(): Promise<void>;
  stop(): Promise<void>;
}

/** A signed-in person's cookie and what identifies their requests as the site's own. */
export interface SignedIn {
  readonly session: Session;
  readonly headers: Readonly<Record<string, string>>;
}

/** @param profiles a folder for a CPU profile of each service, written when it stops; that costs some speed. */
export async function openStage(note: (line: string) => void, profiles?: string): Promise<Stage> {
  const dir = mkdtempSync(join(tmpdir(), 'definitivedx-bench-'));
  note('Starting the system (durable settings, tracing on) …');
  const system = await startSystem({
    stateDir: dir,
    ports: await ephemeralPorts(),
    durable: true,
    env: {
      RATE_LIMIT_PER_MINUTE: '1000000',
      MAX_FILE_BYTES: String(2 * 1024 ** 3),
      ...(profiles === undefined ? {} : { NODE_OPTIONS: `--cpu-prof --cpu-prof-dir=${profiles}` }),
    },
  });
  const [port] = await freePorts(1);
  const floorDatabase = await createDatabase(system.adminUrl, 'floor');
  const floor = spawn(process.execPath, [inRepository('bench/dist/floor/server.js')], {
    env: { PATH: process.env['PATH'], DATABASE_URL: floorDatabase, PORT: String(port) },
    stdio: 'inherit',
  });
  const floorUrl = new URL(`http://127.0.0.1:${String(port)}`);
  await untilAnswers(floorUrl, floor);
  return {
    system,
    systemUrl: new URL(system.url),
    floorUrl,
    dir,
    systemProcesses: () => pidsOf(system, [...serviceNames, 'nats', 'postgres']),
    floorProcesses: () => ({ floor: floor.pid ?? 0, ...pidsOf(system, ['postgres']) }),
    analyze: () => analyzeAll(system.adminUrl, [...serviceNames, 'floor']),
    async stop() {
      floor.kill('SIGTERM');
      await system.stop();
      rmSync(dir, { recursive: true, force: true });
    },
  };
}

const pidsOf = (system: System, names: readonly string[]): Record<string, number> =>
  Object.fromEntries(names.map((name) => [name, system.process(name).pid ?? 0]));

async function createDatabase(adminUrl: string, name: string): Promise<string> {
  const client = new pg.Client({ connectionString: adminUrl });
  await client.connect();
  await client.query(`create database ${name}`);
  await client.end();
  const url = new URL(adminUrl);
  url.pathname = `/${name}`;
  return url.href;
}

async function analyzeAll(adminUrl: string, databases: readonly string[]): Promise<void> {
  for (const name of databases) {
    const url = new URL(adminUrl);
    url.pathname = `/${name}`;
    const client = new pg.Client({ connectionString: url.href });
    await client.connect();
    await client.query('analyze');
    await client.end();
  }
}

/** Waits until a program answers. @throws Error when it has ended */
export async function untilAnswers(url: URL, child: ChildProcess): Promise<void> {
  for (let i = 0; i < 200; i += 1) {
    if (child.exitCode !== null) throw new Error('the floor program ended at its start');
    const ok = await fetch(new URL('/readyz', url)).then(
      (r) => r.ok,
      () => false,
    );
    if (ok) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error('the floor program does not answer');
}

/** Signs a demo person in and accepts the texts in force. */
export async function signedIn(stage: Pick<Stage, 'system'>, person: string): Promise<SignedIn> {
  const session = new Session(stage.system.url);
  await signIn(session, person);
  const texts = await session.call('GET', '/api/v1/consent-texts');
  for (const text of (texts.body as { texts: { kind: string; version: string; hash: string }[] }).texts) {
    const { kind, version, hash } = text;
    await session.call('POST', '/api/v1/consents', { kind, version, hash });
  }
  return { session, headers: { cookie: session.cookies(), origin: new URL(stage.system.url).origin } };
}
