import { describe, expect, it } from '@jest/globals';
import { anonymisationDuty } from '@definitivedx/contracts';
import fc from 'fast-check';
import { checkAttestation } from './attestation.js';
import { fromCursor, toCursor } from './cursor.js';
import { bytesOf, checkRoom, discussionBytes, fitting } from './room.js';

describe('the attestation', () => {
  const { version, hash } = anonymisationDuty;

  it('is taken for the text in force', () => {
    expect(() => checkAttestation({ version, hash })).not.toThrow();
  });

  it('is refused for another version, and for the same version with another text', () => {
    const refused = expect.objectContaining({
      code: 'conflict',
      message: expect.stringContaining('changed'),
    });
    expect(() => checkAttestation({ version: '2020-01', hash })).toThrow(refused);
    expect(() => checkAttestation({ version, hash: '0'.repeat(64) })).toThrow(refused);
  });
});

describe('a cursor', () => {
  it('comes back as the place it was written for', () => {
    const date = fc.date({ noInvalidDate: true, min: new Date('1970-01-01'), max: new Date('9999-12-31') });
    fc.assert(
      fc.property(fc.constantFrom('activity', 'due'), date, fc.uuid(), (order, at, caseId) => {
        expect(fromCursor(order, toCursor(order, { at, caseId }))).toEqual({ at, caseId });
      }),
    );
  });

  it('is refused when it is not one of ours', () => {
    const encoded = (text: string): string => Buffer.from(text).toString('base64url');
    const id = '019a0000-0000-7000-8000-000000000000';
    const strangers = [
      '',
      'x',
      encoded('now|me'),
      encoded(`2026-11-23T00:00:00.000Z|${id}`),
      encoded(`a|2026-13-45T00:00:00.000Z|${id}`),
      encoded(`a|infinity|${id}`),
      toCursor('due', { at: new Date(0), caseId: id }),
    ];
    for (const cursor of strangers) {
      expect(() => fromCursor('activity', cursor)).toThrow(
        expect.objectContaining({ code: 'invalid-input' }),
      );
    }
    fc.assert(
      fc.property(fc.string({ maxLength: 200 }), (cursor) => {
        expect(() => fromCursor('activity', cursor)).toThrow(
          expect.objectContaining({ code: 'invalid-input' }),
        );
      }),
    );
  });
});

describe('the room in one bus message', () => {
  it('is counted as the text is written in JSON', () => {
    expect(bytesOf('\u0001') - bytesOf('a')).toBe(5);
    expect(bytesOf('中') - bytesOf('a')).toBe(2);
  });

  it('refuses what would not fit any more', () => {
    expect(() => checkRoom(discussionBytes - 10, 10)).not.toThrow();
    expect(() => checkRoom(discussionBytes - 10, 11)).toThrow(expect.objectContaining({ code: 'conflict' }));
  });

  it('cuts a page where it is full, and keeps at least one row', () => {
    const half = discussionBytes / 2;
    expect(fitting([half, half, 1], (size) => size)).toEqual([half, half]);
    expect(fitting([discussionBytes * 2, 1], (size) => size)).toEqual([discussionBytes * 2]);
    expect(fitting([1, 2], (size) => size)).toEqual([1, 2]);
    expect(fitting([], () => 1)).toEqual([]);
  });
});
