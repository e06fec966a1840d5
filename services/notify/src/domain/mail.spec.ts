import { describe, expect, it } from '@jest/globals';
import { caseMailText, deadLetterMailText, handOverMailText } from './mail-text.js';
import { isGivenUp, retryAfterMs } from './retry.js';
import { classifySmtpError, smtpErrorCode } from './smtp-outcome.js';

describe('the text of a mail', () => {
  it.each(['case-shared', 'case-posted', 'advice-given'] as const)(
    '%s: one fixed line, and a link by id',
    (template) => {
      const caseId = '0199d8a0-0000-7000-8000-000000000001';
      const { subject, text } = caseMailText(template, caseId, 'https://dx.example.org/');
      expect(subject).not.toMatch(/[\r\n]/);
      expect(text).toContain(`\nhttps://dx.example.org/cases/${caseId}\n`);
    },
  );

  it.each([
    ['hand-over-waiting', 1, /^1 case is handed over/],
    ['hand-over-waiting', 12, /^12 cases are handed over/],
    ['hand-over-overdue', 1, /^1 case has been handed over/],
    ['hand-over-overdue', 2, /^2 cases have been handed over/],
  ] as const)('%s: %i, counted in words that fit, and a link to the list', (template, cases, begins) => {
    const { subject, text } = handOverMailText(template, cases, 'https://dx.example.org/');
    expect(subject).not.toMatch(/[\r\n]/);
    expect(text).toMatch(begins);
    expect(text).toContain('\nhttps://dx.example.org/hand-overs\n');
  });

  it('of an alert names what is needed to replay the event', () => {
    const alert = {
      deadLetterId: 'd1',
      service: 'access',
      subject: 'evt.cases.acted.v1',
      errorCode: 'internal',
    };
    expect(deadLetterMailText(alert).text).toMatch(/access[^]*evt\.cases\.acted\.v1[^]*internal[^]*d1/);
  });
});

describe('retrying', () => {
  it('doubles from 30 seconds to an hour', () => {
    expect([1, 2, 3, 8, 100].map(retryAfterMs)).toEqual([30_000, 60_000, 120_000, 3_600_000, 3_600_000]);
  });

  it('gives a mail up after a day of being put off, but never for an outage alone', () => {
    const recorded = new Date('2026-11-23T09:00:00Z');
    expect(isGivenUp(recorded, 30, new Date('2026-11-24T08:59:59Z'))).toBe(false);
    expect(isGivenUp(recorded, 30, new Date('2026-11-24T09:00:00Z'))).toBe(true);
    expect(isGivenUp(recorded, 1, new Date('2026-11-26T09:00:00Z'))).toBe(false);
  });
});

describe('what a failure means', () => {
  it.each([
    ['an unknown recipient', { responseCode: 550, command: 'RCPT TO', code: 'EENVELOPE' }, 'refused'],
    ['a message refused for good', { responseCode: 554, command: 'DATA', code: 'EMESSAGE' }, 'refused'],
    ['an address the client cannot read', { command: 'API', code: 'EENVELOPE' }, 'refused'],
    ['a full mailbox', { responseCode: 452, command: 'RCPT TO', code: 'EENVELOPE' }, 'later'],
    ['a message put off', { responseCode: 451, command: 'DATA', code: 'EMESSAGE' }, 'later'],
    ['a session out of step', { responseCode: 503, command: 'DATA', code: 'EMESSAGE' }, 'later'],
    [
      'a server that is closing',
      { responseCode: 421, command: 'RCPT TO', code: 'ECONNECTION' },
      'unreachable',
    ],
    ['our login refused', { responseCode: 535, command: 'AUTH PLAIN', code: 'EAUTH' }, 'unreachable'],
    ['our sender refused', { responseCode: 550, command: 'MAIL FROM', code: 'EENVELOPE' }, 'unreachable'],
    ['nobody there', { command: 'CONN', code: 'ESOCKET' }, 'unreachable'],
    ['anything else', {}, 'unreachable'],
  ] as const)('%s', (_name, error, outcome) => {
    expect(classifySmtpError(error)).toBe(outcome);
  });

  it('is coded without the words of the server', () => {
    expect(smtpErrorCode({ responseCode: 550, code: 'EENVELOPE' })).toBe('smtp-550');
    expect(smtpErrorCode({ code: 'ESOCKET' })).toBe('ESOCKET');
    expect(smtpErrorCode({ code: 'no such user' })).toBe('unknown');
    expect(smtpErrorCode({})).toBe('unknown');
  });
});
