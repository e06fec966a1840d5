import { describe, expect, it } from '@jest/globals';
import { toldOfMention, toldOfPost, toldOfShare } from './recipients.js';

const share = {
  caseId: 'case',
  requesterId: 'gp',
  organisationId: 'practice',
  created: true,
  priority: 'routine' as const,
  responsibleId: 'responsible',
  at: '2026-11-23T09:00:00Z',
};
const member = (principalId: string) => ({ grantId: 'g', kind: 'member' as const, principalId });
const panel = (principalId: string) => ({ grantId: 'g', kind: 'panel' as const, principalId });
const everyone = { grantId: 'g', kind: 'everyone' as const, principalId: 'all' };

describe('who is told of a share', () => {
  it.each([
    [
      'a new case: the responsible specialist, once',
      true,
      [panel('p')],
      { p: 'responsible' },
      ['responsible'],
    ],
    [
      'a second panel: who is on call there',
      true,
      [panel('p'), panel('q')],
      { p: 'responsible', q: 'second' },
      ['responsible', 'second'],
    ],
    ['invited people', true, [member('x'), member('y')], {}, ['responsible', 'x', 'y']],
    ['a later invite: only the invited', false, [member('x')], {}, ['x']],
    ['a later panel: who is on call there', false, [panel('q')], { q: 'second' }, ['second']],
    ['a later panel in a gap: the responsible specialist', false, [panel('q')], { q: null }, ['responsible']],
    ['never the requester', false, [member('gp'), panel('q')], { q: 'gp' }, []],
    ['everyone is not told one by one', false, [everyone], {}, []],
  ])('%s', (_name, created, grants, onCall: Record<string, string | null>, told) => {
    const event = { ...share, created, grants };
    expect(toldOfShare(event, new Map(Object.entries(onCall)))).toEqual(told);
  });
});

describe('who is told of a post', () => {
  it.each([
    ['by the specialist', 'responsible', 'responsible', ['gp']],
    ['by the requester', 'gp', 'responsible', ['responsible']],
    ['by someone else', 'other', 'responsible', ['gp', 'responsible']],
    ['with nobody responsible', 'other', null, ['gp']],
  ])('%s', (_name, authorId, responsibleId, told) => {
    const event = {
      caseId: 'case',
      postId: 'post',
      kind: 'advice' as const,
      recommendation: null,
      authorId,
      requesterId: 'gp',
      responsibleId,
      status: 'advice-given' as const,
      at: '2026-11-23T09:00:00Z',
    };
    expect(toldOfPost(event)).toEqual(told);
  });
});

describe('who is told of a mention', () => {
  it('everybody who was mentioned but the author; by mail who hears of the post in no other way', () => {
    const event = {
      caseId: 'case',
      postId: 'post',
      authorId: 'author',
      requesterId: 'gp',
      responsibleId: 'responsible',
      memberIds: ['author', 'gp', 'other', 'responsible'],
      at: '2026-11-23T09:00:00Z',
    };
    expect(toldOfMention(event)).toEqual({ told: ['gp', 'other', 'responsible'], mailed: ['other'] });
    expect(toldOfMention({ ...event, authorId: 'gp' }).mailed).toEqual(['author', 'other']);
  });
});
