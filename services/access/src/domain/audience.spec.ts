import { describe, expect, it } from '@jest/globals';
import { everyonePrincipal, type AudienceEntry } from '@definitivedx/contracts';
import { endedEntries, grantsAsked, isRepeat, unknownEntries, wrongEntries } from './audience.js';

const caller = '00000000-0000-7000-8000-0000000000c1';
const other = '00000000-0000-7000-8000-0000000000c2';
const panel = '00000000-0000-7000-8000-0000000000d1';
const caseId = '00000000-0000-7000-8000-0000000000e1';
const now = new Date('2026-11-23T09:00:00Z');

const ask = (...entries: AudienceEntry[]) =>
  grantsAsked(
    entries.map((entry, n) => ({ grantId: `00000000-0000-7000-8000-00000000000${String(n)}`, entry })),
  );
const paths = (issues: readonly { path: string }[]) => issues.map((issue) => issue.path);

describe('the entries of an audience', () => {
  it('may be a person, a panel and everyone at once', () => {
    const asked = ask(
      { kind: 'member', memberId: other },
      { kind: 'panel', panelId: panel },
      { kind: 'everyone' },
    );
    expect(wrongEntries(asked, caller)).toEqual([]);
    expect(asked.map((grant) => grant.principalId)).toEqual([other, panel, everyonePrincipal]);
  });

  it('do not name the person who shares', () => {
    const asked = ask({ kind: 'panel', panelId: panel }, { kind: 'member', memberId: caller.toUpperCase() });
    expect(paths(wrongEntries(asked, caller))).toEqual(['audience.1.memberId']);
  });

  it('do not name the same one twice, even in other letters', () => {
    const asked = ask({ kind: 'panel', panelId: panel }, { kind: 'panel', panelId: panel.toUpperCase() });
    expect(paths(wrongEntries(asked, caller))).toEqual(['audience.1.panelId']);
  });

  it('end in the future, and now is not the future', () => {
    const asked = ask(
      { kind: 'member', memberId: other, expiresAt: '2026-11-23T09:00:00Z' },
      { kind: 'panel', panelId: panel, expiresAt: '2026-11-23T09:00:00.001Z' },
      { kind: 'everyone' },
    );
    expect(paths(endedEntries(asked, now))).toEqual(['audience.0.expiresAt']);
  });

  it('name only who is there and active', () => {
    const asked = ask(
      { kind: 'member', memberId: other },
      { kind: 'panel', panelId: panel },
      { kind: 'everyone' },
    );
    expect(paths(unknownEntries(asked, new Set()))).toEqual(['audience.0.memberId', 'audience.1.panelId']);
    expect(unknownEntries(asked, new Set([other, panel]))).toEqual([]);
  });
});

describe('asking for a grant again', () => {
  const [asked] = ask({ kind: 'member', memberId: other, expiresAt: '2026-11-24T09:00:00Z' });
  const kept = {
    caseId,
    kind: 'member',
    principalId: other,
    expiresAt: new Date('2026-11-24T09:00:00Z'),
    control: false,
  };

  it.each([
    ['the same', kept, true],
    ['another case', { ...kept, caseId: panel }, false],
    ['another person', { ...kept, principalId: caller }, false],
    ['another kind', { ...kept, kind: 'panel' }, false],
    ['another end', { ...kept, expiresAt: now }, false],
    ['no end', { ...kept, expiresAt: null }, false],
    ['control', { ...kept, control: true }, false],
  ])('for %s', (_what, found, expected) => {
    expect(isRepeat(found, caseId, asked!)).toBe(expected);
  });
});
