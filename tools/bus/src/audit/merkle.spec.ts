import { describe, expect, it } from '@jest/globals';
import { hashOfLeaf, isPrefix, rootByPath, TreeHasher } from './merkle.js';
import { inclusions, consistencies, leafInputs, roots } from './vectors.js';

const leaves = leafInputs.map((input) => hashOfLeaf(Buffer.from(input, 'hex')));
const bytes = (hex: string): Buffer => Buffer.from(hex, 'hex');
const rootOf = (size: number): Buffer => bytes(roots[size - 1]!);

describe('the tree hash', () => {
  it.each(roots.map((root, at) => [at + 1, root] as const))(
    'of the first %i test leaves is the published one',
    (size, root) => {
      const tree = new TreeHasher();
      for (const leaf of leaves.slice(0, size)) tree.add(leaf);
      expect(tree.root().toString('hex')).toBe(root);
      expect(tree.size).toBe(size);
    },
  );

  it('of nothing is the hash of nothing', () => {
    expect(new TreeHasher().root().toString('hex')).toBe(
      'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
    );
  });
});

describe('an audit path', () => {
  it.each(inclusions)(
    'of leaf $index in a tree of $size leads to the published root',
    ({ index, size, path }) => {
      expect(rootByPath(leaves[index]!, index, size, path.map(bytes))).toEqual(rootOf(size));
    },
  );

  it.each(inclusions)(
    'of leaf $index in $size that is changed, cut or used elsewhere does not',
    ({ index, size, path }) => {
      const good = path.map(bytes);
      const flipped = good.map((hash, at) => (at === 0 ? Buffer.from(hash.map((b) => b ^ 1)) : hash));
      const wrong: (Buffer | undefined)[] = [
        rootByPath(leaves[index]!, index, size, flipped),
        rootByPath(leaves[index]!, index, size, good.slice(1)),
        rootByPath(leaves[index]!, index, size, [...good, good[0]!]),
        rootByPath(leaves[index]!, index, size, good.toReversed()),
        rootByPath(leaves[(index + 1) % 8]!, index, size, good),
        rootByPath(leaves[index]!, index ^ 1, size, good),
        rootByPath(leaves[index]!, size, size, good),
      ];
      // A path of one hash is its own reverse.
      for (const root of good.length === 1 ? wrong.toSpliced(3, 1) : wrong)
        expect(root).not.toEqual(rootOf(size));
    },
  );
});

describe('a consistency proof', () => {
  const tree = (size: number) => ({ size, root: rootOf(size) });

  it.each(consistencies)('from $first to $second holds', ({ first, second, path }) => {
    expect(isPrefix(tree(first), tree(second), path.map(bytes))).toBe(true);
  });

  it.each(consistencies)(
    'from $first to $second that is changed, cut or swapped does not',
    ({ first, second, path }) => {
      const good = path.map(bytes);
      const flipped = good.map((hash, at) => (at === 0 ? Buffer.from(hash.map((b) => b ^ 1)) : hash));
      expect(isPrefix(tree(first), tree(second), flipped)).toBe(false);
      expect(isPrefix(tree(first), tree(second), good.slice(1))).toBe(false);
      expect(isPrefix(tree(first), tree(second), [...good, good[0]!])).toBe(false);
      expect(isPrefix(tree(second), tree(first), good)).toBe(false);
      expect(isPrefix({ size: first, root: rootOf(first + 1) }, tree(second), good)).toBe(false);
    },
  );

  it('of a tree with itself is empty', () => {
    expect(isPrefix(tree(3), tree(3), [])).toBe(true);
    expect(isPrefix(tree(3), { size: 3, root: rootOf(4) }, [])).toBe(false);
    expect(isPrefix({ size: 0, root: rootOf(1) }, tree(3), [])).toBe(false);
  });
});
