// The verifier's own Merkle tree, after the algorithms by which RFC 9162 has proofs verified. It shares no code with
// the sealer of `access`, which is written after RFC 6962: a mistake would have to be made twice, in two ways.
import { createHash } from 'node:crypto';

const sha256 = (...parts: Uint8Array[]): Buffer => {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return hash.digest();
};

export const hashOfLeaf = (bytes: Uint8Array): Buffer => sha256(Buffer.from([0x00]), bytes);
const hashOfChildren = (left: Uint8Array, right: Uint8Array): Buffer =>
  sha256(Buffer.from([0x01]), left, right);

/** Takes leaves one by one in constant memory: the stack of RFC 9162, section 2.1.2. */
export class TreeHasher {
  private readonly stack: Buffer[] = [];
  private count = 0;

  get size(): number {
    return this.count;
  }

  add(leaf: Buffer): void {
    this.stack.push(leaf);
    // One merge for each time that the count so far is even again when halved.
    for (let rest = this.count; rest % 2 === 1; rest = (rest - 1) / 2) this.mergeTwo();
    this.count += 1;
  }

  /** Of all leaves so far; the hash of nothing when there are none. */
  root(): Buffer {
    const [last, ...others] = [...this.stack].reverse();
    return last ? others.reduce((right, left) => hashOfChildren(left, right), last) : sha256();
  }

  private mergeTwo(): void {
    const right = this.stack.pop();
    const left = this.stack.pop();
    if (left && right) this.stack.push(hashOfChildren(left, right));
  }
}

const isOdd = (n: number): boolean => n % 2 === 1;
const half = (n: number): number => Math.floor(n / 2);

/** RFC 9162, section 2.1.3.2: the root that an audit path leads to; undefined when it cannot be one. */
export function rootByPath(
  leaf: Buffer,
  leafIndex: number,
  treeSize: number,
  path: readonly Buffer[],
): Buffer | undefined {
  if (leafIndex >= treeSize) return undefined;
  let fn = leafIndex;
  let sn = treeSize - 1;
  let root = leaf;
  for (const next of path) {
    if (sn === 0) return undefined;
    if (isOdd(fn) || fn === sn) {
      root = hashOfChildren(next, root);
      while (!isOdd(fn) && fn !== 0) {
        fn = half(fn);
        sn = half(sn);
      }
    } else root = hashOfChildren(root, next);
    fn = half(fn);
    sn = half(sn);
  }
  return sn === 0 ? root : undefined;
}

interface Tree {
  readonly size: number;
  readonly root: Buffer;
}

/** RFC 9162, section 2.1.4.2: whether the first tree is a prefix of the second. */
export function isPrefix(first: Tree, second: Tree, proof: readonly Buffer[]): boolean {
  if (first.size > second.size || first.size === 0) return false;
  if (first.size === second.size) return proof.length === 0 && first.root.equals(second.root);
  // A first tree that is complete is not repeated in the proof.
  const path = Number.isInteger(Math.log2(first.size)) ? [first.root, ...proof] : [...proof];
  const [start, ...rest] = path;
  if (!start || proof.length === 0) return false;
  let fn = first.size - 1;
  let sn = second.size - 1;
  while (isOdd(fn)) {
    fn = half(fn);
    sn = half(sn);
  }
  let fr = start;
  let sr = start;
  for (const next of rest) {
    if (sn === 0) return false;
    if (isOdd(fn) || fn === sn) {
      fr = hashOfChildren(next, fr);
      sr = hashOfChildren(next, sr);
      while (!isOdd(fn) && fn !== 0) {
        fn = half(fn);
        sn = half(sn);
      }
    } else sr = hashOfChildren(sr, next);
    fn = half(fn);
    sn = half(sn);
  }
  return sn === 0 && fr.equals(first.root) && sr.equals(second.root);
}
