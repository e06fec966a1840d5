import type { WrappedKey } from '@definitivedx/crypto';
import { statement, type Queryable, type Transaction } from '@definitivedx/db';

interface KeyRow {
  readonly fileId: string;
  readonly caseId: string;
  readonly kekId: string;
  readonly wrapped: Buffer;
}

const lockOld = statement<KeyRow>(
  'files.lock-old-keys',
  `select id as "fileId", case_id as "caseId", kek_id as "kekId", wrapped_key as wrapped
   from file where kek_id <> $1 order by kek_id, id limit $2 for update skip locked`,
);

/** Locks files whose key is wrapped under another key than `current`; others may work on other files at once. */
export async function lockFilesUnderOtherKeys(
  tx: Transaction,
  current: string,
  limit: number,
): Promise<{ fileId: string; caseId: string; wrappedKey: WrappedKey }[]> {
  const rows = await tx.run(lockOld, [current, limit]);
  return rows.map(({ kekId, wrapped, ...file }) => ({
    ...file,
    wrappedKey: { keyId: kekId, bytes: wrapped },
  }));
}

const update = statement<never>(
  'files.rewrap',
  'update file set kek_id = $2, wrapped_key = $3 where id = $1',
);

export async function keepWrappedKey(tx: Transaction, fileId: string, wrapped: WrappedKey): Promise<void> {
  await tx.run(update, [fileId, wrapped.keyId, wrapped.bytes]);
}

const count = statement<{ keyId: string; files: number }>(
  'files.count-keys',
  'select kek_id as "keyId", count(*)::int as files from file where kek_id is not null group by kek_id order by kek_id',
);

/** How many files, uploads under way included, are under each key. */
export const filesPerKey = (db: Queryable): Promise<{ keyId: string; files: number }[]> => db.run(count, []);
