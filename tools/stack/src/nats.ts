import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { dirname, relative, resolve } from 'node:path';
import type { Principal } from '@definitivedx/contracts';
import { Refusal } from '../../bootstrap/steps.mjs';
import { permissionsFile } from './repository.js';
import { httpReady, supervise, type ManagedProcess } from './supervisor.js';

export interface NatsOptions {
  /** The nats-server to run, from `ensureNatsServer()`. */
  readonly binary: string;
  /** Where JetStream keeps its streams. */
  readonly storeDir: string;
  readonly port: number;
  /** HTTP monitoring on loopback; off when absent. */
  readonly monitorPort?: number;
  /** Where the configuration is written. */
  readonly configFile: string;
  readonly logFile: string;
  /** The public key of each principal (`Secrets.natsPublicKey`). */
  readonly publicKeys: Readonly<Record<Principal, string>>;
  readonly onEvent?: (line: string) => void;
}

export interface Nats extends ManagedProcess {
  readonly url: string;
}

/** The variable under which the permissions file looks a principal's public key up. */
export const keyVariable = (principal: string): string => `${principal.toUpperCase()}_NKEY`;

const quoted = (value: string): string => JSON.stringify(value);

/** The server's configuration. Loopback only: services on this machine are its only clients. */
export function natsConfig(
  options: Pick<NatsOptions, 'storeDir' | 'port' | 'monitorPort' | 'configFile'>,
): string {
  // nats-server takes an include as relative to the including file, even when it begins with a slash.
  const include = relative(resolve(dirname(options.configFile)), permissionsFile);
  return [
    '# Written at every start; changes here are lost.',
    `listen: ${quoted(`127.0.0.1:${String(options.port)}`)}`,
    ...(options.monitorPort === undefined
      ? []
      : [`http: ${quoted(`127.0.0.1:${String(options.monitorPort)}`)}`]),
    'max_payload: 1MB',
    'jetstream {',
    `  store_dir: ${quoted(resolve(options.storeDir))}`,
    '  # The default, every 2 minutes, loses acknowledged messages on power loss.',
    '  sync_interval: always',
    '}',
    `include ${quoted(include)}`,
    '',
  ].join('\n');
}

/** Answers with the server's greeting: it accepts clients. */
const greets = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    const done = (ok: boolean): void => {
      socket.destroy();
      resolve(ok);
    };
    socket.setTimeout(1000, () => {
      done(false);
    });
    socket.once('data', (data) => {
      done(data.toString().startsWith('INFO '));
    });
    socket.once('error', () => {
      done(false);
    });
  });

/** Starts NATS with JetStream and the generated permissions, and keeps it running. */
export async function startNats(options: NatsOptions): Promise<Nats> {
  if (!existsSync(permissionsFile)) {
    throw new Refusal(`${permissionsFile} is missing. It is generated: run "npm run generate".`);
  }
  mkdirSync(options.storeDir, { recursive: true });
  mkdirSync(dirname(options.configFile), { recursive: true });
  writeFileSync(options.configFile, natsConfig(options));
  const keys = Object.entries(options.publicKeys).map(([principal, key]) => [keyVariable(principal), key]);
  const jetStreamReady =
    options.monitorPort === undefined
      ? async () => true
      : httpReady(`http://127.0.0.1:${String(options.monitorPort)}/healthz?js-server-only=true`);
  const server = supervise({
    name: 'nats',
    command: options.binary,
    args: ['--config', options.configFile],
    env: { PATH: process.env['PATH'], ...(Object.fromEntries(keys) as Record<string, string>) },
    logFile: options.logFile,
    ready: async () => (await greets(options.port)) && (await jetStreamReady()),
    ...(options.onEvent ? { onEvent: options.onEvent } : {}),
  });
  await server.start();
  return Object.assign(server, { url: `nats://127.0.0.1:${String(options.port)}` });
}
