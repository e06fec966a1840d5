import { describe, expect, it } from '@jest/globals';
import { candidatesFor, chooseResponsible, panelsOf, type Answerer } from './responsible.js';

const panel = (grantId: string, panelId: string, leadMemberId: string | null = null): Answerer => ({
  grantId,
  to: { kind: 'panel', panelId },
  leadMemberId,
});
const invited = (grantId: string, memberId: string, specialist = true): Answerer => ({
  grantId,
  to: { kind: 'member', memberId },
  leadMemberId: specialist ? memberId : null,
});
const everyone: Answerer = { grantId: '0', to: { kind: 'everyone' }, leadMemberId: null };

describe('who answers for a case', () => {
  const all = new Set([
    'on-call',
    'lead',
    'invited',
    'invited-two',
    'second-on-call',
    'second-lead',
    'requester',
  ]);
  const rota = new Map([
    ['panel', 'on-call'],
    ['second', 'second-on-call'],
  ]);
  const gap = new Map<string, string | null>([['panel', null]]);
  const choose = (answerers: Answerer[], onCall: ReadonlyMap<string, string | null>, maySee = all) =>
    chooseResponsible(candidatesFor(answerers, onCall), maySee, 'requester');

  it.each([
    ['the on-call doctor of the panel', [panel('1', 'panel', 'lead')], rota, 'on-call', 'on-call'],
    ["the panel's lead in a gap of the rota", [panel('1', 'panel', 'lead')], gap, 'lead', 'panel-lead'],
    ["the panel's lead without a rota", [panel('1', 'panel', 'lead')], new Map(), 'lead', 'panel-lead'],
    [
      'the panel before someone invited',
      [invited('1', 'invited'), panel('2', 'panel', 'lead')],
      rota,
      'on-call',
      'on-call',
    ],
    [
      'the first panel asked, whatever the order of the reply',
      [panel('2', 'second'), panel('1', 'panel')],
      rota,
      'on-call',
      'on-call',
    ],
    [
      'the first panel before the second, even by its lead',
      [panel('1', 'panel', 'lead'), panel('2', 'second')],
      new Map([...rota, ...gap]),
      'lead',
      'panel-lead',
    ],
    [
      'the specialist invited first',
      [invited('2', 'invited-two'), invited('1', 'invited')],
      rota,
      'invited',
      'invited-specialist',
    ],
    [
      'a specialist among other colleagues',
      [invited('1', 'colleague', false), invited('2', 'invited')],
      rota,
      'invited',
      'invited-specialist',
    ],
    [
      'an invited specialist beside everyone',
      [everyone, invited('1', 'invited')],
      rota,
      'invited',
      'invited-specialist',
    ],
  ] as const)('is %s', (_, answerers, onCall, memberId, reason) => {
    expect(choose([...answerers], onCall)).toEqual({ memberId, reason });
  });

  it('is nobody when only colleagues or everyone in general were asked', () => {
    expect(choose([everyone, invited('1', 'colleague', false)], rota)).toBeUndefined();
  });

  it('is never somebody who may not open the case', () => {
    expect(choose([panel('1', 'panel', 'lead')], rota, new Set(['lead']))).toEqual({
      memberId: 'lead',
      reason: 'panel-lead',
    });
  });

  it('is never the one who asked', () => {
    const own = new Map([['panel', 'requester']]);
    expect(choose([panel('1', 'panel', 'lead')], own)?.memberId).toBe('lead');
    expect(choose([panel('1', 'panel', 'requester')], own)).toBeUndefined();
  });

  it('asks the rota of panels only', () => {
    expect(panelsOf([everyone, panel('1', 'panel'), invited('2', 'invited')])).toEqual(['panel']);
  });
});
