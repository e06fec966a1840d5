import type { ServiceContext } from '@definitivedx/bus';
import { addHead, latestHead } from '../data/audit-heads.js';
import { frontierOf, toKeep } from '../data/audit-tree.js';
import {
  addLeaves,
  lookingUpStanding,
  raisingLow,
  settingMark,
  takingSeat,
  unsealedRows,
  type KeptNode,
  type Leaf,
} from '../data/sealing.js';
import { rowBytes } from '../sealing/canonical.js';
import { leafHash } from '../sealing/tree.js';
import type { HeadSigner } from '../sealing/tree-head.js';

/** Rows sealed in one transaction: more gain nothing, and it has to end well within what a statement may take. */
export const batchSize = 1_000;

/**
 * Gives rows of the audit that have none their place in the tree, a batch of them in one transaction: a crash leaves
 * all of it or nothing. Replicas may all call it; one at a time does it.
 *
 * Ids become visible out of order, so a row may still turn up below those that are sealed. Rows are therefore looked for
 * above `low`, which moves on to an id only when everybody who could have drawn a smaller one is gone.
 * @returns how many rows were sealed; a full batch means that there may be more.
 */
export async function sealAudit({ db }: Pick<ServiceContext, 'db'>): Promise<number> {
  return db.transaction(async (tx) => {
    const [[seat], [standing]] = await tx.runAll(takingSeat(), lookingUpStanding());
    if (!seat?.locked || !standing) return 0;
    // A statement of its own, so that it sees what was committed by all who are gone.
    const rows = await unsealedRows(tx, standing.low, batchSize);
    const leaves: Leaf[] = [];
    const nodes: KeptNode[] = [];
    if (rows.length > 0) {
      const size = Number(standing.size);
      const frontier = await frontierOf(tx, size);
      rows.forEach((row, place) => {
        const leaf = { index: size + place, auditId: row.id, hash: leafHash(rowBytes(row)) };
        leaves.push(leaf);
        nodes.push(...toKeep(frontier.push(leaf.index, leaf.hash)));
      });
      addLeaves(tx, leaves, nodes);
    }
    const last = rows.at(-1);
    const isAll = rows.length < batchSize;
    if (standing.settled && standing.mark !== null) {
      // A full batch may end below the mark; all up to its own end is sealed then.
      const low = isAll || !last || BigInt(last.id) > BigInt(standing.mark) ? standing.mark : last.id;
      await tx.runAll(raisingLow(low), settingMark());
    } else if (standing.mark === null) await tx.runAll(settingMark());
    return rows.length;
  });
}

/**
 * Signs the tree as it stands, unless it is as it was at the last signing.
 * @returns the size signed; undefined when there was nothing new, or another replica is at it.
 */
export async function signTreeHead(
  { db, clock }: Pick<ServiceContext, 'db' | 'clock'>,
  signer: HeadSigner,
): Promise<number | undefined> {
  return db.transaction(async (tx) => {
    const [[seat], [standing]] = await tx.runAll(takingSeat(), lookingUpStanding());
    const treeSize = Number(standing?.size ?? 0);
    if (!seat?.locked || treeSize === 0) return undefined;
    if ((await latestHead(tx))?.treeSize === treeSize) return undefined;
    const rootHash = (await frontierOf(tx, treeSize)).root();
    if (!rootHash) return undefined;
    const at = clock.now();
    const claim = { treeSize, rootHash: rootHash.toString('hex'), at: at.toISOString() };
    addHead(tx, { treeSize, rootHash, at, kid: signer.kid, signature: signer.sign(claim) });
    return treeSize;
  });
}
