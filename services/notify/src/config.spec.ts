import { describe, expect, it } from '@jest/globals';
import { parseEnv } from '@definitivedx/bus';
import { notifyEnv } from './config.js';

const right = {
  SMTP_URL: 'smtps://user:secret@mail.example.org',
  MAIL_FROM: 'DefinitiveDx <no-reply@example.org>',
  PUBLIC_URL: 'https://dx.example.org',
};
const problems = (change: Record<string, string>): string => {
  try {
    parseEnv(notifyEnv, { ...right, ...change });
    return '';
  } catch (error) {
    return error instanceof Error ? error.message : '';
  }
};

describe('the environment of notify', () => {
  it.each([
    {},
    { MAIL_FROM: 'no-reply@example.org' },
    { MAIL_FROM: '"DefinitiveDx" <no-reply@example.org>' },
    { SMTP_URL: 'smtp://127.0.0.1:2525' },
    { HAND_OVER_ACCEPT_MINUTES: '15' },
  ])('may have %j', (change) => {
    expect(problems(change)).toBe('');
  });

  it.each([
    ['MAIL_FROM', 'no-reply@example.org\r\nBcc: all@example.org'],
    ['MAIL_FROM', 'A\nB <no-reply@example.org>'],
    ['MAIL_FROM', 'no-reply@example.org, other@example.org'],
    ['MAIL_FROM', 'nobody'],
    ['SMTP_URL', 'http://mail.example.org'],
    ['PUBLIC_URL', 'dx.example.org'],
    ['OPERATIONS_MAIL', 'the operators'],
    ['HAND_OVER_ACCEPT_MINUTES', '0'],
    ['HAND_OVER_ACCEPT_MINUTES', 'soon'],
  ])('refuses %s=%j by name, without showing secrets', (name, value) => {
    expect(problems({ [name]: value })).toContain(`${name}: `);
    expect(problems({ [name]: value })).not.toContain('secret');
  });
});
