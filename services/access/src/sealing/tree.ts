import { createHash } from 'node:crypto';

/** Merkle Tree Hash of RFC 6962, section 2.1 (RFC 9162 keeps it): leaves and nodes are told apart by their first byte. */
export const leafHash = (bytes: Uint8Array): Buffer =>
  createHash('sha256').update(leafPrefix).update(bytes).digest();
export const nodeHash = (left: Uint8Array, right: Uint8Array): Buffer =>
  createHash('sha256').update(nodePrefix).update(left).update(right).digest();
const leafPrefix = Uint8Array.of(0);
const nodePrefix = Uint8Array.of(1);

/** A complete subtree: `2 ** level` leaves, the `index`-th of its size. */
export interface Place {
  readonly level: number;
  readonly index: number;
}
export interface Node extends Place {
  readonly hash: Buffer;
}

/** The complete subtrees that a tree of `size` leaves consists of, from left to right. */
export function peaksOf(size: number): Place[] {
  const peaks: Place[] = [];
  for (let start = 0, level = 52; level >= 0; level -= 1) {
    const leaves = 2 ** level;
    if (size - start < leaves) continue;
    peaks.push({ level, index: start / leaves });
    start += leaves;
  }
  return peaks;
}

/** The right edge of a growing tree: all that is needed to take leaves in and to know the root. */
export class Frontier {
  private readonly peaks: Node[];

  /** @param peaks as `peaksOf` names them */
  constructor(peaks: readonly Node[] = []) {
    this.peaks = [...peaks];
  }

  /** @returns the subtrees that this leaf completes, itself first. */
  push(index: number, hash: Buffer): Node[] {
    const completed: Node[] = [{ level: 0, index, hash }];
    let last: Node = { level: 0, index, hash };
    for (let left = this.peaks.at(-1); left?.level === last.level; left = this.peaks.at(-1)) {
      this.peaks.pop();
      last = { level: last.level + 1, index: left.index / 2, hash: nodeHash(left.hash, last.hash) };
      completed.push(last);
    }
    this.peaks.push(last);
    return completed;
  }

  /** The root; undefined for an empty tree. */
  root(): Buffer | undefined {
    return this.peaks
      .map(({ hash }) => hash)
      .reduceRight<Buffer | undefined>((right, left) => (right ? nodeHash(left, right) : left), undefined);
  }
}

/** A run of leaves, `from` included and `to` not, whose hash a proof needs. */
type Run = readonly [from: number, to: number];

/** The largest power of two below `n`, where a tree of `n` leaves is split. */
function splitOf(n: number): number {
  let k = 1;
  while (k * 2 < n) k *= 2;
  return k;
}

/** PATH(m, D[n]) of RFC 6962, section 2.1.1: the runs whose hashes lead from leaf `index` to the root, nearest first. */
export function inclusionRuns(index: number, size: number): Run[] {
  const runs: Run[] = [];
  for (let from = 0, to = size; to - from > 1;) {
    const middle = from + splitOf(to - from);
    if (index < middle) {
      runs.unshift([middle, to]);
      to = middle;
    } else {
      runs.unshift([from, middle]);
      from = middle;
    }
  }
  return runs;
}

/** PROOF(m, D[n]) of RFC 6962, section 2.1.2: the runs that show that the first `older` leaves are a prefix. */
export function consistencyRuns(older: number, size: number): Run[] {
  if (older === 0 || older === size) return [];
  const runs: Run[] = [];
  let from = 0;
  let to = size;
  // True while the older tree is, so far, a complete subtree that the verifier has the root of.
  let known = true;
  while (older !== to) {
    const middle = from + splitOf(to - from);
    if (older <= middle) {
      runs.unshift([middle, to]);
      to = middle;
    } else {
      runs.unshift([from, middle]);
      from = middle;
      known = false;
    }
  }
  return known ? runs : [[from, to], ...runs];
}

/** The complete subtrees that a run of a proof consists of, from left to right. */
export function placesOf([from, to]: Run): Place[] {
  // A run begins where a subtree larger than it could begin, so that it splits as a tree of its own.
  return peaksOf(to - from).map(({ level, index }) => ({ level, index: from / 2 ** level + index }));
}

/** The hash of a run from those of its subtrees. */
export const hashOfRun = (run: Run, hashOf: (place: Place) => Buffer): Buffer =>
  placesOf(run)
    .map(hashOf)
    .reduceRight((right, left) => nodeHash(left, right));
