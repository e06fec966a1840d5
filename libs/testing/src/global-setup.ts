import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ensureNatsServer, freePorts, startPostgres } from '@definitivedx/stack';

/** Starts one PostgreSQL server for the whole run and finds nats-server; each suite makes its own databases and NATS. */
export default async function globalSetup(): Promise<() => Promise<void>> {
  const folder = mkdtempSync(join(tmpdir(), 'definitivedx-test-'));
  // PostgreSQL refuses to run as root, and its own user has to reach its data.
  chmodSync(folder, 0o755);
  process.env['DDX_TEST_NATS_SERVER'] = await ensureNatsServer((line) => {
    console.log(line);
  });
  const [port] = await freePorts(1);
  const postgres = await startPostgres({ dataDir: join(folder, 'postgres'), port: port!, durable: false });
  process.env['DDX_TEST_POSTGRES'] = postgres.adminUrl;
  console.log('Tests run on embedded PostgreSQL and NATS.');
  return async () => {
    await postgres.stop();
    rmSync(folder, { recursive: true, force: true });
  };
}
