import { statement, type Queryable, type Transaction } from '@definitivedx/db';
import type { ReplyOf, auditTree } from '@definitivedx/contracts';

type Head = NonNullable<ReplyOf<typeof auditTree>['head']>;

interface HeadRow {
  readonly treeSize: string;
  readonly rootHash: string;
  readonly at: Date;
  readonly keyId: string;
  readonly signature: Buffer;
}

const columns = `
  tree_size::text as "treeSize", encode(root_hash, 'hex') as "rootHash", at, kid as "keyId", signature`;

const toHead = ({ treeSize, rootHash, at, keyId, signature }: HeadRow): Head => ({
  type: 'head',
  treeSize: Number(treeSize),
  rootHash,
  at: at.toISOString(),
  keyId,
  signature: signature.toString('base64url'),
});

const latest = statement<HeadRow>(
  'access.latest-audit-head',
  `select ${columns} from audit_head order by tree_size desc limit 1`,
);
/** The latest signed tree head; undefined before the first. */
export async function latestHead(db: Queryable): Promise<Head | undefined> {
  const [row] = await db.run(latest);
  return row && toHead(row);
}

const bySize = statement<HeadRow>(
  'access.audit-heads-between',
  `select ${columns} from audit_head where tree_size > $1 and tree_size <= $2 order by tree_size`,
);
/** Signed tree heads of trees larger than `above`, up to `size`. */
export const headsBetween = async (db: Queryable, above: number, size: number): Promise<Head[]> =>
  (await db.run(bySize, [above, size])).map(toHead);

const insert = statement<never>(
  'access.insert-audit-head',
  'insert into audit_head (tree_size, root_hash, at, kid, signature) values ($1, $2, $3, $4, $5)',
);
/** Adds a signed tree head with the transaction. */
export const addHead = (
  tx: Transaction,
  head: { treeSize: number; rootHash: Buffer; at: Date; kid: string; signature: Buffer },
): void => {
  tx.later(insert, [head.treeSize, head.rootHash, head.at, head.kid, head.signature]);
};

const insertKey = statement<never>(
  'access.insert-audit-key',
  'insert into audit_key (kid, public_key, first_used_at) values ($1, $2, $3) on conflict (kid) do nothing',
);
const selectKeys = statement<{ kid: string; publicKey: string }>(
  'access.audit-keys',
  'select kid, public_key as "publicKey" from audit_key order by first_used_at, kid',
);

/** Keeps the public half of a key unless it is known. @returns what is kept under its id. */
export async function keepKey(db: Queryable, kid: string, publicKey: string, now: Date): Promise<string> {
  await db.run(insertKey, [kid, publicKey, now]);
  return (await publicKeys(db)).find((key) => key.kid === kid)?.publicKey ?? publicKey;
}

/** The public halves of all keys that tree heads were ever signed with. */
export const publicKeys = (db: Queryable): Promise<{ kid: string; publicKey: string }[]> =>
  db.run(selectKeys);
