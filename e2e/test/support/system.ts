import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ephemeralPorts, startSystem, type System } from '@definitivedx/stack';

export interface TestSystemOptions {
  /** A PostgreSQL of its own, for suites that stop it; otherwise the run's server is shared. */
  readonly ownPostgres?: boolean;
}

/** A whole system as `npm start` runs it, on free ports and in a folder of its own. */
export async function startTestSystem({ ownPostgres = false }: TestSystemOptions = {}): Promise<System> {
  const shared = process.env['DDX_TEST_POSTGRES'];
  const binary = process.env['DDX_TEST_NATS_SERVER'];
  if (!shared || !binary) throw new Error('Run these tests through Jest with its global set-up (npm test).');
  process.env['NATS_SERVER'] = binary;
  const stateDir = mkdtempSync(join(tmpdir(), 'definitivedx-e2e-'));
  // PostgreSQL refuses to run as root, and its own user has to reach its data.
  chmodSync(stateDir, 0o755);
  return startSystem({
    stateDir,
    ports: await ephemeralPorts(),
    durable: false,
    // A test asks more of one person in a minute than any person would.
    env: { RATE_LIMIT_PER_MINUTE: '1000000' },
    ...(ownPostgres ? {} : { postgresUrl: shared, databasePrefix: `e${String(process.pid)}_${suffix()}_` }),
  });
}

const suffix = (): string => Math.random().toString(36).slice(2, 8);

/** Stops a system and removes what it kept, unless DDX_KEEP_STATE asks for it to be left. */
export async function stopTestSystem(system: System | undefined): Promise<void> {
  await system?.stop();
  if (!system) return;
  if (process.env['DDX_KEEP_STATE']) console.log(`The state was kept in ${system.stateDir}.`);
  else rmSync(system.stateDir, { recursive: true, force: true });
}
