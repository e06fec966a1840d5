import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { floorTables } from './tables.js';

export const pool = new pg.Pool({ connectionString: process.env['DATABASE_URL'], max: 20 });
await pool.query(floorTables);

/** Runs a named prepared statement; outside any transaction when there is no client. */
export const run = (
  client: pg.ClientBase | undefined,
  name: string,
  text: string,
  values: unknown[],
): Promise<pg.QueryResult> => (client ?? pool).query({ name, text, values });

export async function inTransaction<T>(work: (client: pg.PoolClient) => Promise<T>): Promise<T> {
  const client = await pool.connect();
  try {
    await run(client, 'begin', 'begin', []);
    const result = await work(client);
    await run(client, 'commit', 'commit', []);
    return result;
  } finally {
    client.release();
  }
}

const pending = new Set<Promise<void>>();

/** Carries effects out in one transaction that nobody waits for, and then what is to follow its commit. */
export function afterwards(
  work: (client: pg.PoolClient) => Promise<void>,
  next: () => Promise<unknown>,
): void {
  const done = inTransaction(work)
    .then(next)
    .then(() => undefined)
    .finally(() => pending.delete(done));
  pending.add(done);
}

/** Waits for what is still under way, and disconnects. */
export async function close(): Promise<void> {
  await Promise.all(pending);
  await pool.end();
}

/** A trace context as rows keep it. */
export const traceparent = (): string =>
  `00-${randomBytes(16).toString('hex')}-${randomBytes(8).toString('hex')}-01`;
