import { describe, expect, it } from '@jest/globals';
import { KnownDuties } from './known-duties.js';
import { onCallAt, type Rota } from './on-call.js';

const hour = 3_600_000;
const rota: Rota = {
  timeZone: 'Europe/London',
  shifts: [
    { weekday: 1, startMinute: 540, endMinute: 1020, memberId: 'day' },
    { weekday: 1, startMinute: 1020, endMinute: 1500, memberId: 'night' },
    { weekday: 7, startMinute: 60, endMinute: 120, memberId: 'small-hours' },
  ],
};

describe('KnownDuties', () => {
  it('says the same as working it out, in any order of asking, over both changes of the clocks', () => {
    const known = new KnownDuties();
    const overrides = [
      { memberId: 'other', from: new Date('2026-03-30T09:00Z'), until: new Date('2026-03-30T11:00Z') },
    ];
    for (const start of ['2026-03-27T00:00Z', '2026-10-23T00:00Z', '2026-03-26T00:00Z']) {
      for (let i = 0; i < 24 * 6; i += 1) {
        const at = new Date(Date.parse(start) + i * hour + (i % 7) * 60_000);
        expect(known.at(rota, overrides, at)).toEqual(onCallAt(rota, overrides, at));
      }
    }
  });

  it('answers by the rota it is given, not by the one before', () => {
    const known = new KnownDuties();
    const monday = new Date('2026-11-23T10:00Z');
    expect(known.at(rota, [], monday).memberId).toBe('day');
    const [first] = rota.shifts;
    const changed = { ...rota, shifts: first ? [{ ...first, memberId: 'locum' }] : [] };
    expect(known.at(changed, [], monday).memberId).toBe('locum');
    const override = {
      memberId: 'cover',
      from: new Date('2026-11-23T09:00Z'),
      until: new Date('2026-11-23T12:00Z'),
    };
    expect(known.at(rota, [override], monday).memberId).toBe('cover');
  });
});
