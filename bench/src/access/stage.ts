import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  ephemeralPorts,
  freePorts,
  startPostgres,
  startSystem,
  type Postgres,
  type System,
} from '@definitivedx/stack';
import { AccessBus } from './bus.js';
import { populate, type Size } from './population.js';
import { readQuestions, type Questions } from './questions.js';

/** The `access` program with a population of its own, and what it is asked. */
export interface Populated {
  readonly size: Size;
  readonly system: System;
  readonly bus: AccessBus;
  readonly questions: Questions;
  /** Its database, as PostgreSQL's administrator. */
  readonly adminUrl: string;
  /** Name → id of the processes whose CPU counts. */
  readonly processes: () => Readonly<Record<string, number>>;
}

/** Several populations on one durable PostgreSQL server. */
export interface AccessStage {
  readonly dir: string;
  readonly postgres: Postgres;
  readonly small: Populated;
  readonly large: Populated;
  stop(): Promise<void>;
}

export const pageSize = 50;

/**
 * Starts PostgreSQL and, per size, NATS and the built `access` program, and fills their databases.
 * @param profiles a folder for a CPU profile of each program, written when it stops
 */
export async function openAccessStage(
  sizes: { readonly small: Size; readonly large: Size },
  note: (line: string) => void,
  profiles?: string,
): Promise<AccessStage> {
  const dir = mkdtempSync(join(tmpdir(), 'definitivedx-bench-access-'));
  const [port] = await freePorts(1);
  const postgres = await startPostgres({ dataDir: join(dir, 'postgres'), port: port ?? 0, durable: true });
  const stops = [
    () => {
      rmSync(dir, { recursive: true, force: true });
      return Promise.resolve();
    },
    () => postgres.stop(),
  ];
  const stop = async (): Promise<void> => {
    for (const one of stops.reverse()) await one();
  };
  const open = async (name: string, size: Size): Promise<Populated> => {
    note(
      `Starting access with ${String(size.grants)} grants and ${String(size.members)} members (durable, tracing on) …`,
    );
    const system = await startSystem({
      stateDir: join(dir, name),
      ports: await ephemeralPorts(),
      durable: true,
      services: ['access'],
      seed: false,
      postgresUrl: postgres.adminUrl,
      databasePrefix: `${name}_`,
      ...(profiles === undefined ? {} : { env: { NODE_OPTIONS: `--cpu-prof --cpu-prof-dir=${profiles}` } }),
    });
    stops.push(() => system.stop());
    const url = new URL(postgres.adminUrl);
    url.pathname = `/${name}_access`;
    await populate(url.href, size);
    const bus = await AccessBus.connect(system);
    stops.push(() => bus.close());
    return {
      size,
      system,
      bus,
      questions: await readQuestions(url.href, 20_000, pageSize),
      adminUrl: url.href,
      processes: () => ({
        access: system.process('access').pid ?? 0,
        nats: system.process('nats').pid ?? 0,
        postgres: postgres.pid ?? 0,
      }),
    };
  };
  try {
    const small = await open('small', sizes.small);
    return { dir, postgres, small, large: await open('large', sizes.large), stop };
  } catch (error) {
    await stop();
    throw error;
  }
}
