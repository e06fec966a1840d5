import { describe, expect, it } from '@jest/globals';
import { canonicalJson } from './canonical.js';
import {
  consistencyRuns,
  Frontier,
  hashOfRun,
  inclusionRuns,
  leafHash,
  nodeHash,
  peaksOf,
  type Node,
  type Place,
} from './tree.js';

// The published vectors of Certificate Transparency (merkletree/merkle_tree_test).
const inputs = [
  '',
  '00',
  '10',
  '2021',
  '3031',
  '40414243',
  '5051525354555657',
  '606162636465666768696a6b6c6d6e6f',
];
const leaves = inputs.map((input) => leafHash(Buffer.from(input, 'hex')));
const roots = [
  '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d',
  'fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125',
  'aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77',
  'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7',
  '4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4',
  '76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef',
  'ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c',
  '5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328',
];

/** A frontier of the first leaves, and every subtree they complete. */
function grow(of: readonly Buffer[]): { frontier: Frontier; hashOf: (place: Place) => Buffer } {
  const frontier = new Frontier();
  const nodes = of.flatMap((hash, index): Node[] => frontier.push(index, hash));
  return {
    frontier,
    hashOf: (place) => nodes.find((node) => node.level === place.level && node.index === place.index)!.hash,
  };
}

/** MTH of RFC 6962, section 2.1, word for word. */
function mth(of: readonly Buffer[]): Buffer {
  if (of.length === 1) return of[0]!;
  let k = 1;
  while (k * 2 < of.length) k *= 2;
  return nodeHash(mth(of.slice(0, k)), mth(of.slice(k)));
}
/** PATH of section 2.1.1. */
function path(m: number, of: readonly Buffer[]): Buffer[] {
  if (of.length === 1) return [];
  let k = 1;
  while (k * 2 < of.length) k *= 2;
  return m < k
    ? [...path(m, of.slice(0, k)), mth(of.slice(k))]
    : [...path(m - k, of.slice(k)), mth(of.slice(0, k))];
}
/** SUBPROOF of section 2.1.2. */
function subproof(m: number, of: readonly Buffer[], isWhole: boolean): Buffer[] {
  if (m === of.length) return isWhole ? [] : [mth(of)];
  let k = 1;
  while (k * 2 < of.length) k *= 2;
  return m <= k
    ? [...subproof(m, of.slice(0, k), isWhole), mth(of.slice(k))]
    : [...subproof(m - k, of.slice(k), false), mth(of.slice(0, k))];
}

const many = Array.from({ length: 70 }, (_, i) => leafHash(Buffer.from([i])));

describe('the frontier', () => {
  it.each(roots.map((root, at) => [at + 1, root] as const))(
    'of %i published leaves has their root',
    (size, root) => {
      expect(grow(leaves.slice(0, size)).frontier.root()?.toString('hex')).toBe(root);
    },
  );

  it('goes on from its peaks as if it had never been put away', () => {
    for (let size = 1; size < many.length; size += 1) {
      const { hashOf } = grow(many.slice(0, size));
      const again = new Frontier(peaksOf(size).map((place) => ({ ...place, hash: hashOf(place) })));
      again.push(size, many[size]!);
      expect(again.root()).toEqual(mth(many.slice(0, size + 1)));
    }
  });
});

describe('the runs of a proof', () => {
  it('are those of the RFC, for every leaf of every tree up to 70 leaves', () => {
    for (let size = 1; size <= many.length; size += 1) {
      const { hashOf } = grow(many.slice(0, size));
      const hashes = (runs: ReturnType<typeof inclusionRuns>) => runs.map((run) => hashOfRun(run, hashOf));
      for (let index = 0; index < size; index += 1)
        expect(hashes(inclusionRuns(index, size))).toEqual(path(index, many.slice(0, size)));
      for (let older = 1; older <= size; older += 1)
        expect(hashes(consistencyRuns(older, size))).toEqual(subproof(older, many.slice(0, size), true));
    }
  });
});

describe('canonical JSON', () => {
  it('is that of RFC 8785, section 3.2', () => {
    const value = {
      numbers: [333333333.33333329, 1e30, 4.5, 2e-3, 0.000000000000000000000000001],
      string: '\u20ac$\u000F\u000aA\'\u0042\u0022\u005c\\"/',
      literals: [null, true, false],
    };
    expect(canonicalJson(value)).toBe(
      String.raw`{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],"string":"€$\u000f\nA'B\"\\\\\"/"}`,
    );
  });

  it('sorts keys by UTF-16 code units, as section 3.2.3 does', () => {
    const keys = ['\u20ac', '\r', '\ufb33', '1', '\ud83d\ude00', '\u0080', '\u00f6'];
    const sorted = ['\r', '1', '\u0080', '\u00f6', '\u20ac', '\ud83d\ude00', '\ufb33'];
    const written = canonicalJson(Object.fromEntries(keys.map((key) => [key, 0])));
    expect(Object.keys(JSON.parse(written) as object).sort()).toEqual([...sorted].sort());
    expect(written).toBe(`{${sorted.map((key) => `${JSON.stringify(key)}:0`).join(',')}}`);
  });
});
