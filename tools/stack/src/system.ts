import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { services, type ServiceName } from '@definitivedx/contracts';
import { Refusal } from '../../bootstrap/steps.mjs';
import { ensureDatabases } from './databases.js';
import { environments } from './environments.js';
import { ensureNatsServer } from './nats-server.js';
import { startNats, type Nats } from './nats.js';
import type { Ports } from './ports.js';
import { startPostgres, type Postgres } from './postgres.js';
import { inRepository } from './repository.js';
import { ensureSecrets, type Secrets } from './secrets.js';
import { httpReady, runToEnd, supervise, type ManagedProcess } from './supervisor.js';

/** Shows what is being done; `createSteps()` of tools/bootstrap, or `quiet`. */
export interface Report {
  step<T>(name: string, work: () => Promise<T> | T): Promise<T>;
  note(line: string): void;
}

export const quiet: Report = { step: async (_name, work) => work(), note: () => undefined };

export interface SystemOptions {
  /** Everything the system keeps lies here: data, secrets, logs, traces. */
  readonly stateDir: string;
  readonly ports: Ports;
  /** Which services to run; all six when absent. */
  readonly services?: readonly ServiceName[];
  readonly report?: Report;
  /** False in tests only (see `startPostgres`). */
  readonly durable: boolean;
  /** Added to the environment of every service. */
  readonly env?: NodeJS.ProcessEnv;
  /** An administrator's address of a PostgreSQL that runs already; without it one is started. */
  readonly postgresUrl?: string;
  /** Goes before the names of databases and roles, for several systems on one PostgreSQL. */
  readonly databasePrefix?: string;
  /** Where the gateway and the identity provider listen; loopback when absent. */
  readonly host?: string;
  /** The host in public addresses; `localhost` when absent. */
  readonly publicHost?: string;
  /** Whether the demo organisation is registered; true when absent. */
  readonly seed?: boolean;
  /** Gives the start up; what runs by then is stopped. For a program that ends right after. */
  readonly signal?: AbortSignal;
}

export interface System {
  /** The gateway's public address. */
  readonly url: string;
  readonly issuer: string;
  /** A trust's own issuer, for trying how one comes in. */
  readonly trustIssuer: string;
  readonly mailboxUrl: string;
  readonly natsUrl: string;
  readonly natsMonitorUrl: string;
  /** As PostgreSQL's administrator. */
  readonly adminUrl: string;
  readonly databaseUrls: Readonly<Record<ServiceName, string>>;
  readonly secrets: Secrets;
  readonly stateDir: string;
  readonly ports: Ports;
  /** By name: the services, `nats`, `postgres` (unless given), `identity-provider`, `mailbox`. */
  readonly processes: ReadonlyMap<string, ManagedProcess>;
  /** One of `processes`; throws when there is none of that name. */
  process(name: string): ManagedProcess;
  /** Stops everything, what depends on others first. */
  stop(): Promise<void>;
}

/** The file by which tools/bootstrap lets commands find the running system. */
export const environmentFile = (stateDir: string): string => join(stateDir, 'environment.json');

/**
 * What `node` is given before a service's program. Tracing has to be on before anything else loads. And V8's young
 * generation, which it lets grow to 48 MB per process, is kept small: six services that mostly wait share one machine.
 */
export const telemetryPreload = (): string[] => [
  '--max-semi-space-size=2',
  '--import',
  pathToFileURL(inRepository('libs/telemetry/dist/register.js')).href,
];

/** Runs `work` on all items, at most `width` at a time. */
async function inParallel<T>(
  items: readonly T[],
  width: number,
  work: (item: T) => Promise<void>,
): Promise<void> {
  const queue = [...items];
  const lane = async (): Promise<void> => {
    for (let item = queue.shift(); item !== undefined; item = queue.shift()) {
      await work(item).catch((error: unknown) => {
        queue.length = 0;
        throw error;
      });
    }
  };
  // All lanes are waited for, also when one fails: what is still starting could not be stopped.
  const results = await Promise.allSettled(Array.from({ length: width }, lane));
  for (const result of results) if (result.status === 'rejected') throw result.reason;
}

function program(...path: string[]): string {
  const file = inRepository(...path);
  if (!existsSync(file)) throw new Refusal(`${file} is missing. Build it: npx nx run-many -t build`);
  return file;
}

/**
 * Starts the whole system and waits until it is ready. When a part of it fails, what runs already is stopped and the
 * failure, usually a Refusal for the person at the terminal, is thrown.
 */
export async function startSystem(options: SystemOptions): Promise<System> {
  const started: ManagedProcess[] = [];
  try {
    return await Promise.race([start(options, started), aborted(options.signal)]);
  } catch (error) {
    await stopAll(started);
    rmSync(environmentFile(options.stateDir), { force: true });
    throw error;
  }
}

const aborted = (signal: AbortSignal | undefined): Promise<never> =>
  new Promise((_resolve, reject) => {
    const giveUp = (): void => {
      reject(signal?.reason instanceof Error ? signal.reason : new Error('The start was given up.'));
    };
    if (signal?.aborted) giveUp();
    signal?.addEventListener('abort', giveUp);
  });

/** Services first and at once, then what they use, one by one. */
async function stopAll(processes: readonly ManagedProcess[]): Promise<void> {
  const isService = (p: ManagedProcess): boolean => (services as readonly string[]).includes(p.name);
  await Promise.all(processes.filter(isService).map((p) => p.stop()));
  for (const p of processes.filter((other) => !isService(other)).reverse()) await p.stop();
}

async function start(options: SystemOptions, started: ManagedProcess[]): Promise<System> {
  const { stateDir, ports } = options;
  const report = options.report ?? quiet;
  const host = options.host ?? '127.0.0.1';
  const publicHost = options.publicHost ?? 'localhost';
  const chosen = options.services ?? services;
  const logFile = (name: string): string => join(stateDir, 'logs', `${name}.log`);
  const onNote = (line: string): void => {
    report.note(line);
  };
  const onEvent = (line: string): void => {
    onNote(`  ${line}`);
  };
  mkdirSync(join(stateDir, 'logs'), { recursive: true });

  const secrets = await ensureSecrets(join(stateDir, 'secrets'));
  const launch = async (
    name: string,
    args: readonly string[],
    env: NodeJS.ProcessEnv,
    readyUrl: string,
  ): Promise<void> => {
    const process = supervise({
      name,
      command: globalThis.process.execPath,
      args,
      env,
      logFile: logFile(name),
      ready: httpReady(readyUrl),
      onEvent,
    });
    started.push(process);
    await process.start();
  };
  const local = (port: number): string => `http://127.0.0.1:${String(port)}`;

  const adminUrl =
    options.postgresUrl ??
    (await report.step('PostgreSQL', async () => {
      const server: Postgres = await startPostgres({
        dataDir: join(stateDir, 'postgres'),
        port: ports.postgres,
        durable: options.durable,
        logFile: logFile('postgres'),
        onEvent,
      });
      started.push(server);
      return server.adminUrl;
    }));
  const databaseUrls = await ensureDatabases(adminUrl, secrets.databasePassword, options.databasePrefix);

  const binary = await report.step('nats-server', () => ensureNatsServer(onNote));
  const nats: Nats = await report.step('NATS', () =>
    startNats({
      binary,
      storeDir: join(stateDir, 'nats', 'store'),
      configFile: join(stateDir, 'nats', 'nats.conf'),
      port: ports.nats,
      monitorPort: ports.natsMonitor,
      logFile: logFile('nats'),
      publicKeys: secrets.natsPublicKey,
      onEvent,
    }),
  );
  started.push(nats);

  const url = `http://${publicHost}:${String(ports.gateway)}`;
  const issuer = `http://${publicHost}:${String(ports.identityProvider)}`;
  const trustIssuer = `http://${publicHost}:${String(ports.trustIdentityProvider)}`;
  const mailboxUrl = `http://localhost:${String(ports.mailboxWeb)}`;
  const environment = environments({
    ...{
      stateDir,
      ports,
      host,
      publicUrl: url,
      issuer,
      trustIssuer,
      mailboxUrl,
      natsUrl: nats.url,
      secrets,
      databaseUrls,
      adminUrl,
    },
    extra: options.env ?? {},
  });
  const run = (name: string, file: string, env: NodeJS.ProcessEnv, ...args: string[]): Promise<void> =>
    runToEnd(name, [file, ...args], { env, logFile: logFile(name) });

  await report.step('Streams and consumers', () =>
    run('provisioner', program('tools/bus/dist/provision.js'), environment.provisioner()),
  );
  await report.step('Identity provider and mailbox', () =>
    inParallel(['identity-provider', 'mailbox'], 2, (name) =>
      name === 'mailbox'
        ? launch(
            name,
            [program('tools/stack/dist/mailbox/main.js')],
            environment.mailbox(),
            `${local(ports.mailboxWeb)}/readyz`,
          )
        : launch(
            name,
            [program('tools/stack/dist/identity-provider/main.js')],
            environment.identityProvider(),
            `http://${reachable(host)}:${String(ports.identityProvider)}/readyz`,
          ),
    ),
  );
  await report.step('Migrations', () =>
    inParallel(chosen, 2, (name) =>
      run(`${name}-migrations`, program('services', name, 'dist/migrate.js'), environment.service(name)),
    ),
  );
  await report.step(chosen.length === services.length ? 'Services' : `Services: ${chosen.join(', ')}`, () =>
    inParallel(chosen, 3, (name) =>
      launch(
        name,
        [...telemetryPreload(), program('services', name, 'dist/main.js')],
        environment.service(name),
        `http://${name === 'gateway' ? reachable(host) : '127.0.0.1'}:${String(ports[name])}/readyz`,
      ),
    ),
  );
  if (chosen.length === services.length) {
    // A stream that had to be made anew is filled from the outbox of its service, which answers only now.
    await report.step('Events in their streams', () =>
      run('provisioner', program('tools/bus/dist/provision.js'), environment.provisioner(), '--wait'),
    );
  }
  if (options.seed ?? true) {
    await report.step('Demo organisations and people', () =>
      run('seed', program('tools/stack/dist/seed.js'), environment.seed()),
    );
  }
  writeFileSync(environmentFile(stateDir), JSON.stringify(environment.tools(), null, 2), { mode: 0o600 });

  const processes = new Map(started.map((process) => [process.name, process]));
  return {
    ...{ url, issuer, trustIssuer, mailboxUrl, adminUrl, databaseUrls, secrets, stateDir, ports, processes },
    natsUrl: nats.url,
    natsMonitorUrl: local(ports.natsMonitor),
    process(name) {
      const found = processes.get(name);
      if (!found)
        throw new Error(`There is no process ${name}; there are ${[...processes.keys()].join(', ')}.`);
      return found;
    },
    async stop() {
      rmSync(environmentFile(stateDir), { force: true });
      await stopAll(started);
    },
  };
}

/** An address on which something that listens on `host` answers us. */
const reachable = (host: string): string => {
  if (host === '0.0.0.0' || host === '::') return '127.0.0.1';
  return host.includes(':') ? `[${host}]` : host;
};
