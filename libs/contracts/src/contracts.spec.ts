import { createHash } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import {
  anonymisationDuty,
  durableOf,
  eventContracts,
  id,
  line,
  nudgeContracts,
  requestContracts,
  text,
} from './index.js';

describe('the contracts', () => {
  const all = [...requestContracts, ...eventContracts, ...nudgeContracts];

  it('each have a subject of their own', () => {
    const subjects = all.map((c) => c.subject);
    expect(new Set(subjects).size).toBe(subjects.length);
  });

  it('use subjects of plain lower-case words, so that nothing from outside can widen one', () => {
    for (const { subject } of all) expect(subject).toMatch(/^(rpc|evt|nudge)(\.[a-z0-9-]+)+$/);
  });

  it('name for each request who may send it and on whose behalf', () => {
    for (const contract of requestContracts) {
      expect(contract.from.length).toBeGreaterThan(0);
      const { members, services, clients } = contract.who;
      expect(Boolean(members) || Boolean(services?.length) || Boolean(clients?.length)).toBe(true);
    }
  });

  it('give each consumer of each event a durable of its own', () => {
    const names = eventContracts.flatMap((c) => c.consumers.map((consumer) => durableOf(consumer, c)));
    expect(new Set(names).size).toBe(names.length);
  });
});

describe('the duty to anonymise', () => {
  it('carries the hash of its text, so that an attestation names exactly what was shown', () => {
    expect(anonymisationDuty.hash).toBe(createHash('sha256').update(anonymisationDuty.body).digest('hex'));
  });
});

describe('a text field', () => {
  const field = text(10);

  it.each([
    ['half a character', 'a\ud800'],
    ['a NUL', 'a\u0000'],
    ['only spaces', ' \n\t '],
    ['too much', 'x'.repeat(11)],
  ])('refuses %s', (_what, value) => {
    expect(field.safeParse(value).success).toBe(false);
  });

  it('takes emoji and right-to-left text as they are', () => {
    expect(field.parse('👶 שלום')).toBe('👶 שלום');
  });
});

describe('a line', () => {
  it.each(['a\r\nBcc: x', 'a\nb', 'a\u2028b', 'a\tb'])('refuses the control characters in %j', (value) => {
    expect(line(100).safeParse(value).success).toBe(false);
  });
});

describe('an id', () => {
  it.each(['*', '>', 'a.b', 'a b', 'a\r\nb', '', '..', '%2e'])('refuses %j', (value) => {
    expect(id.safeParse(value).success).toBe(false);
  });
});
