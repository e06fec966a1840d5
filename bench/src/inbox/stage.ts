import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  demoPeople,
  ephemeralPorts,
  freePorts,
  inRepository,
  loadCases,
  startPostgres,
  startSystem,
  type Postgres,
  type System,
  type Whose,
} from '@definitivedx/stack';
import { signedIn, untilAnswers, type SignedIn } from '../stage.js';

const running = ['gateway', 'access', 'cases', 'notify'] as const;

/** A system with so many cases, and the GP who asked some of them. */
export interface Filled {
  readonly cases: number;
  readonly mine: number;
  readonly system: System;
  readonly gp: SignedIn;
  readonly whose: Whose;
  readonly processes: () => Readonly<Record<string, number>>;
}

/** Two systems on one durable PostgreSQL server, and the floor's program on the databases of the larger. */
export interface InboxStage {
  readonly small: Filled;
  readonly large: Filled;
  readonly floorUrl: URL;
  readonly floorProcesses: () => Readonly<Record<string, number>>;
  stop(): Promise<void>;
}

const url = (postgres: Postgres, database: string): string => {
  const address = new URL(postgres.adminUrl);
  address.pathname = `/${database}`;
  return address.href;
};

/** @param profiles a folder for a CPU profile of each program, written when it stops */
export async function openInboxStage(
  sizes: { readonly small: Size; readonly large: Size },
  note: (line: string) => void,
  profiles?: string,
): Promise<InboxStage> {
  const dir = mkdtempSync(join(tmpdir(), 'definitivedx-bench-inbox-'));
  const [port, floorPort] = await freePorts(2);
  const postgres = await startPostgres({ dataDir: join(dir, 'postgres'), port: port ?? 0, durable: true });
  const stops: (() => unknown)[] = [
    () => {
      rmSync(dir, { recursive: true, force: true });
    },
    () => postgres.stop(),
  ];
  const stop = async (): Promise<void> => {
    for (const one of stops.reverse()) await one();
  };
  const open = async (name: string, { cases, mine }: Size): Promise<Filled> => {
    note(`Starting a system and loading ${String(cases)} cases, ${String(mine)} of them the GP's …`);
    const system = await startSystem({
      stateDir: join(dir, name),
      ports: await ephemeralPorts(),
      durable: true,
      services: running,
      postgresUrl: postgres.adminUrl,
      databasePrefix: `${name}_`,
      env: {
        RATE_LIMIT_PER_MINUTE: '1000000',
        ...(profiles === undefined ? {} : { NODE_OPTIONS: `--cpu-prof --cpu-prof-dir=${profiles}` }),
      },
    });
    stops.push(() => system.stop());
    const [casesUrl, accessUrl] = [url(postgres, `${name}_cases`), url(postgres, `${name}_access`)];
    const whose = await demoPeople(accessUrl);
    await loadCases({ casesUrl, accessUrl }, { cases, mine, whose, now: new Date() }, note);
    const pidOf = (process: string): number => system.process(process).pid ?? 0;
    return {
      ...{ cases, mine, system, whose },
      gp: await signedIn({ system }, 'gp'),
      processes: () => ({
        ...Object.fromEntries([...running, 'nats'].map((process) => [process, pidOf(process)])),
        postgres: postgres.pid ?? 0,
      }),
    };
  };
  try {
    const small = await open('small', sizes.small);
    const large = await open('large', sizes.large);
    const floor = spawn(process.execPath, [inRepository('bench/dist/inbox/floor.js')], {
      env: {
        PATH: process.env['PATH'],
        CASES_URL: url(postgres, 'large_cases'),
        ACCESS_URL: url(postgres, 'large_access'),
        MEMBER: large.whose.requesterId,
        ORGANISATION: large.whose.practiceId,
        PORT: String(floorPort),
      },
      stdio: 'inherit',
    });
    stops.push(() => ended(floor));
    const floorUrl = new URL(`http://127.0.0.1:${String(floorPort)}`);
    await untilAnswers(floorUrl, floor);
    const floorProcesses = (): Record<string, number> => ({
      floor: floor.pid ?? 0,
      postgres: postgres.pid ?? 0,
    });
    return { small, large, floorUrl, floorProcesses, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

export interface Size {
  readonly cases: number;
  readonly mine: number;
}

const ended = (child: ChildProcess): Promise<void> =>
  new Promise((resolve) => {
    child.once('exit', () => {
      resolve();
    });
    child.kill('SIGTERM');
  });
