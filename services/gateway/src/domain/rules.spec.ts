import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { AppError } from '@definitivedx/errors';
import { assertPlainJson, canonicalJson, deepest } from './json.js';
import { localPath } from './return-to.js';
import { isFromOwnPages } from './same-site.js';
import { absoluteMs, idleMs, stateOf, touchMs } from './session.js';
import { tagOf, versionOf } from './version-tag.js';

describe('localPath', () => {
  it.each(['/', '/cases', '/cases/1?tab=a&b=%2F#c', '/a//b'])('keeps %s', (path) => {
    expect(localPath(path)).toBe(path);
  });

  it('never leads to another site, whatever it is given', () => {
    const site = 'https://dx.invalid';
    const shady = fc.string({
      unit: fc.constantFrom('/', '\\', ':', '@', '.', '?', '#', '\t', '\n', ' ', 'h', '%', 'é', '\u0000'),
    });
    fc.assert(
      fc.property(shady, (path) => new URL(localPath(path), `${site}/auth/callback`).origin === site),
    );
  });
});

describe('isFromOwnPages', () => {
  const own = 'https://dx.invalid';
  it.each([
    ['GET', undefined, 'cross-site', true],
    ['HEAD', 'https://evil.invalid', undefined, true],
    ['POST', undefined, undefined, false],
    ['POST', own, undefined, true],
    ['POST', own, 'same-origin', true],
    ['POST', own, 'cross-site', false],
    ['POST', `${own}.evil.invalid`, 'same-origin', false],
    ['POST', 'null', undefined, false],
    ['POST', '', undefined, false],
    ['DELETE', undefined, 'same-origin', true],
    ['DELETE', undefined, 'same-site', false],
    ['DELETE', undefined, 'none', false],
    ['TRACE', undefined, 'none', false],
  ] as const)('%s from %s, %s: %s', (method, origin, fetchSite, expected) => {
    expect(isFromOwnPages({ method, origin, fetchSite }, own)).toBe(expected);
  });
});

describe('a session', () => {
  const start = 1_800_000_000_000;
  it.each([
    [0, 0, 'active'],
    [0, touchMs - 1, 'active'],
    [0, touchMs, 'active-touch'],
    [0, idleMs - 1, 'active-touch'],
    [0, idleMs, 'ended'],
    [absoluteMs - 1, absoluteMs - 1, 'active'],
    [absoluteMs - 1, absoluteMs, 'ended'],
  ] as const)('last seen after %d ms is, at %d ms, %s', (seen, now, state) => {
    const session = { lastSeenAt: new Date(start + seen), endsAt: new Date(start + absoluteMs) };
    expect(stateOf(session, new Date(start + now))).toBe(state);
  });
});

describe('the version tag', () => {
  it('comes back as it went', () => {
    expect(versionOf(tagOf(42))).toBe(42);
    expect(versionOf('*')).toBeUndefined();
    expect(versionOf(undefined)).toBeUndefined();
  });

  it.each(['42', 'W/"42"', '"0"', '"04"', '"1", "2"', '', '"99999999999"'])('refuses %j', (tag) => {
    expect(() => versionOf(tag)).toThrow(AppError);
  });
});

describe('a JSON body', () => {
  const nested = (depth: number): unknown => JSON.parse(`${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}`);
  it('passes when it is plain', () => {
    expect(() => assertPlainJson({ a: [1, 'two', null, true, { b: -0.5 }], 'ü 🙂': '' })).not.toThrow();
    expect(() => assertPlainJson(nested(deepest))).not.toThrow();
  });

  it.each([
    '{"__proto__": 1}',
    '{"a": [{"__proto__": {}}]}',
    '{"constructor": 1}',
    '{"prototype": null}',
    '"\\ud800"',
    '{"\\udfff": 1}',
    '[1e400]',
    '[-1e400]',
  ])('is refused: %s', (text) => {
    expect(() => assertPlainJson(JSON.parse(text))).toThrow(AppError);
  });

  it('is refused when nested too deep, without exhausting the stack', () => {
    expect(() => assertPlainJson(nested(deepest + 1))).toThrow('refused');
    expect(() => assertPlainJson(nested(50_000))).toThrow('refused');
  });

  it('has one canonical text however its keys are ordered', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const reversed = (v: unknown): unknown =>
          Array.isArray(v)
            ? v.map(reversed)
            : typeof v === 'object' && v !== null
              ? Object.fromEntries(
                  Object.entries(v)
                    .reverse()
                    .map(([k, x]) => [k, reversed(x)]),
                )
              : v;
        expect(canonicalJson(reversed(value))).toBe(canonicalJson(value));
        expect(JSON.parse(canonicalJson(value))).toEqual(JSON.parse(JSON.stringify(value)));
      }),
    );
  });

  it('has another text when anything differs', () => {
    expect(canonicalJson({ a: '1' })).not.toBe(canonicalJson({ a: 1 }));
    expect(canonicalJson(['a', 'b'])).not.toBe(canonicalJson(['a,b']));
    expect(canonicalJson({ a: null })).not.toBe(canonicalJson({}));
  });
});
