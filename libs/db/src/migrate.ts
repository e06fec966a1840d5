import { isMissingTable } from './failures.js';
import { statement, type Queryable } from './statement.js';
import { openOrm, type DatabaseOptions } from './database.js';

/**
 * Applies the pending migrations.
 * @returns how many were applied.
 */
export async function migrate(options: DatabaseOptions): Promise<number> {
  const orm = await openOrm({ ...options, poolMax: 2 });
  try {
    return (await orm.migrator.up()).length;
  } finally {
    await orm.close(true);
  }
}

const migrationsApplied = statement<{ applied: number }>(
  'migrations-applied',
  'select count(*)::int as applied from migration',
);

/**
 * Refuses to go on with a database that lacks a migration this program was written for. Newer ones are fine:
 * old and new versions of a service run side by side.
 */
export async function assertMigrated(db: Queryable, options: DatabaseOptions): Promise<void> {
  const applied = await countApplied(db);
  if (applied >= options.migrations.length) return;
  throw new Error(
    `The database has ${String(applied)} of ${String(options.migrations.length)} migrations. Run the service's migrate program first.`,
  );
}

async function countApplied(db: Queryable): Promise<number> {
  try {
    const [row] = await db.run(migrationsApplied);
    return row?.applied ?? 0;
  } catch (error) {
    if (isMissingTable(error)) return 0;
    throw error;
  }
}
