import pg from 'pg';
import type { ServiceName } from '@definitivedx/contracts';
import type { System } from '@definitivedx/stack';

/** Reads rows of a service's database, to look at what it did. */
export async function rows<R extends pg.QueryResultRow>(
  system: System,
  service: ServiceName,
  sql: string,
  values: readonly unknown[] = [],
): Promise<R[]> {
  const client = new pg.Client({ connectionString: system.databaseUrls[service] });
  await client.connect();
  try {
    return (await client.query<R>(sql, [...values])).rows;
  } finally {
    await client.end();
  }
}

/** The one number a query returns. */
export async function count(system: System, service: ServiceName, sql: string): Promise<number> {
  const [row] = await rows<{ count: string }>(system, service, `select count(*) from (${sql}) counted`);
  return Number(row?.count);
}
