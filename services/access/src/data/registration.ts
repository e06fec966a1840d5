import { statement, type Transaction } from '@definitivedx/db';

const lock = statement<never>(
  'access.lock-registration',
  `select pg_advisory_xact_lock(hashtext('access.registration'))`,
);

/**
 * One registration at a time: each reads the directory and then replaces sets of rows by what it read. They are rare
 * and short, so one lock for all is simpler than ordering the locks of rows.
 */
export async function lockRegistration(tx: Transaction): Promise<void> {
  await tx.run(lock, []);
}
