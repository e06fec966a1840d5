import { statement, type Queryable, type Transaction } from '@definitivedx/db';

const doom = statement<never>(
  'files.doom-object',
  'insert into doomed_object (object_key, due_at) values ($1, $2) on conflict do nothing',
);

/** Marks an object to be removed from the store once the transaction is committed and `due` has come. */
export async function doomObject(tx: Transaction, objectKey: string, due: Date): Promise<void> {
  await tx.run(doom, [objectKey, due]);
}

const claimDoomed = statement<{ objectKey: string }>(
  'files.claim-doomed',
  `update doomed_object set due_at = $2
   where object_key in (
     select object_key from doomed_object where due_at <= $1 order by due_at limit $3 for update skip locked)
   returning object_key as "objectKey"`,
);

/** Takes objects to remove; what is not settled by then comes due again at `retryAt`. */
export async function claimDoomedObjects(
  db: Queryable,
  now: Date,
  retryAt: Date,
  limit: number,
): Promise<string[]> {
  return (await db.run(claimDoomed, [now, retryAt, limit])).map(({ objectKey }) => objectKey);
}

const settle = statement<never>('files.settle-doomed', 'delete from doomed_object where object_key = $1');

/** The store has removed it. */
export async function settleDoomedObject(db: Queryable, objectKey: string): Promise<void> {
  await db.run(settle, [objectKey]);
}
