import { statement, type Queryable } from '@definitivedx/db';
import type { KeptNode } from './sealing.js';
import { Frontier, hashOfRun, peaksOf, placesOf, type Node, type Place } from '../sealing/tree.js';

/** Subtrees of this level and higher are kept; smaller ones are hashed again from their leaves. */
export const keptLevel = 4;

const blockOf = (place: Place): number => Math.floor((place.index * 2 ** place.level) / 2 ** keptLevel);
const nameOf = ({ level, index }: Place): string => `${String(level)}/${String(index)}`;

const selectNodes = statement<{ level: number; index: string; hash: Buffer }>(
  'access.audit-nodes',
  `select n.level, n.node_index::text as index, n.hash
     from unnest($1::smallint[], $2::bigint[]) as asked (level, node_index)
     join audit_node n using (level, node_index)`,
);
const selectBlocks = statement<{ index: string; hash: Buffer }>(
  'access.audit-leaf-blocks',
  `select l.leaf_index::text as index, l.hash
     from unnest($1::bigint[]) as block (number)
     join audit_leaf l on l.leaf_index >= block.number * 16 and l.leaf_index < (block.number + 1) * 16
    order by l.leaf_index`,
);

/** The hashes of complete subtrees, read with two statements however many there are. */
async function hashesOf(db: Queryable, places: readonly Place[]): Promise<(place: Place) => Buffer> {
  const kept = places.filter(({ level }) => level >= keptLevel);
  const blocks = [...new Set(places.filter(({ level }) => level < keptLevel).map(blockOf))];
  const [nodes, leaves] = await Promise.all([
    kept.length === 0
      ? []
      : db.run(selectNodes, [kept.map(({ level }) => level), kept.map(({ index }) => index)]),
    blocks.length === 0 ? [] : db.run(selectBlocks, [blocks]),
  ]);
  const known = new Map<string, Buffer>();
  const add = (node: Node): void => void known.set(nameOf(node), node.hash);
  for (const { level, index, hash } of nodes) add({ level, index: Number(index), hash });
  let frontier = new Frontier();
  for (const { index, hash } of leaves) {
    const at = Number(index);
    if (at % 2 ** keptLevel === 0) frontier = new Frontier();
    for (const node of frontier.push(at, hash)) add(node);
  }
  return (place) => {
    const hash = known.get(nameOf(place));
    if (!hash) throw new Error(`the tree of the audit lacks the subtree ${nameOf(place)}`);
    return hash;
  };
}

/** The right edge of the tree of the first `size` leaves. */
export async function frontierOf(db: Queryable, size: number): Promise<Frontier> {
  const peaks = peaksOf(size);
  const hashOf = await hashesOf(db, peaks);
  return new Frontier(peaks.map((place) => ({ ...place, hash: hashOf(place) })));
}

type Run = readonly [from: number, to: number];

/** The hashes of the runs of proofs, read together. */
export async function hashesOfRuns(db: Queryable, proofs: readonly (readonly Run[])[]): Promise<string[][]> {
  const places = new Map(
    proofs.flatMap((runs) => runs.flatMap(placesOf)).map((place) => [nameOf(place), place]),
  );
  const hashOf = await hashesOf(db, [...places.values()]);
  return proofs.map((runs) => runs.map((run) => hashOfRun(run, hashOf).toString('hex')));
}

/** Of the subtrees that a leaf completes, those that are kept. */
export const toKeep = (completed: readonly Node[]): KeptNode[] =>
  completed.filter(({ level }) => level >= keptLevel);
