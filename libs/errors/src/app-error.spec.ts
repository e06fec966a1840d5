import { describe, expect, it } from '@jest/globals';
import {
  AppError,
  errorCodes,
  fromWire,
  invalidInput,
  notFound,
  toAppError,
  unavailable,
} from './app-error.js';
import { statusOf, toProblem } from './problem.js';

describe('an error on the wire', () => {
  it.each(errorCodes)('survives the round trip: %s', (code) => {
    const sent = new AppError(code, 'Choose another panel.', {
      issues: [{ path: 'audience.0.panelId', message: 'is closed' }],
      retryAfterSeconds: 0,
      cause: new Error('private'),
    });
    const wire: unknown = JSON.parse(JSON.stringify(sent.toWire()));
    const received = fromWire(wire);
    expect(received).toBeInstanceOf(AppError);
    expect(received.toWire()).toEqual(sent.toWire());
  });

  it('never carries the cause', () => {
    const error = unavailable('The case store', new Error('password authentication failed for user "cases"'));
    expect(JSON.stringify(error.toWire())).not.toContain('password');
    expect(error.cause).toBeInstanceOf(Error);
  });

  it('leaves out what is not set', () => {
    expect(notFound().toWire()).toEqual({
      code: 'not-found',
      message: 'There is no such case, or it is not shared with you.',
    });
  });

  it.each([undefined, null, 'text', 42, [], {}, { code: 'made-up', message: 'x' }, { code: 'constructor' }])(
    'reads the unreadable %j as internal',
    (wire) => {
      expect(fromWire(wire).code).toBe('internal');
    },
  );
});

describe('toAppError', () => {
  it('passes a named error on unchanged', () => {
    const error = invalidInput('Write a question first.');
    expect(toAppError(error)).toBe(error);
  });

  it.each([new Error('relation "case" does not exist'), 'a string', undefined, { message: 'relation' }])(
    'turns %p into internal without leaking it',
    (thrown) => {
      const error = toAppError(thrown);
      expect(error.code).toBe('internal');
      expect(JSON.stringify(error.toWire())).not.toMatch(/relation|a string/);
      expect(error.cause).toBe(thrown);
    },
  );
});

describe('the problem document', () => {
  it('has the RFC 9457 members and the trace id', () => {
    const error = invalidInput('Correct the fields named.', [{ path: 'question', message: 'is empty' }]);
    expect(toProblem(error, '0af7651916cd43dd8448eb211c80319c')).toEqual({
      type: 'urn:definitivedx:problem:invalid-input',
      title: 'The request cannot be understood',
      status: 400,
      detail: 'Correct the fields named.',
      code: 'invalid-input',
      issues: [{ path: 'question', message: 'is empty' }],
      traceId: '0af7651916cd43dd8448eb211c80319c',
    });
  });

  it('tells when to retry', () => {
    expect(toProblem(unavailable('The directory'))).toMatchObject({ status: 503, retryAfterSeconds: 2 });
  });

  it.each(errorCodes)('has an error status for %s', (code) => {
    expect(statusOf[code]).toBeGreaterThanOrEqual(400);
    expect(toProblem(new AppError(code, 'x')).title).not.toBe('');
  });
});
