import type { Caller } from '@definitivedx/auth';
import type { ServiceContext } from '@definitivedx/bus';
import { auditKey, type InputOf, type ReplyOf, type auditTree as contract } from '@definitivedx/contracts';
import { invalidInput } from '@definitivedx/errors';
import { latestHead, publicKeys } from '../data/audit-heads.js';
import { hashesOfRuns } from '../data/audit-tree.js';
import { consistencyRuns } from '../sealing/tree.js';

/** Public keys, latest signed tree head and, when asked, the proof that an older tree is a prefix of it. */
export async function auditTree(
  { db }: ServiceContext,
  _caller: Caller,
  { since }: InputOf<typeof contract>,
): Promise<ReplyOf<typeof contract>> {
  const [keys, head] = await Promise.all([publicKeys(db), latestHead(db)]);
  if (since !== undefined && (!head || since > head.treeSize)) {
    throw invalidInput('The audit is not that long yet.', [
      { path: 'since', message: `is more than the ${String(head?.treeSize ?? 0)} rows that are signed` },
    ]);
  }
  const [consistency = null] =
    since === undefined || !head ? [] : await hashesOfRuns(db, [consistencyRuns(since, head.treeSize)]);
  return {
    keys: keys.map(({ publicKey }) => auditKey.parse(JSON.parse(publicKey))),
    head: head ?? null,
    consistency,
  };
}
