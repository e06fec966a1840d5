import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { AppError, unavailable } from '@definitivedx/errors';
import { createLog } from './log.js';
import { NestLogger } from './nest-logger.js';

const MARK = 'PLANTED Ola, 4 years';
let written: string[];

beforeEach(() => {
  written = [];
  process.env['OTEL_SERVICE_NAME'] = 'cases';
  process.env['LOG_LEVEL'] = 'debug';
  jest.spyOn(process.stdout, 'write').mockImplementation((text) => {
    written.push(String(text));
    return true;
  });
});
afterEach(() => {
  delete process.env['OTEL_SERVICE_NAME'];
  delete process.env['LOG_LEVEL'];
});

const lines = () => written.map((line) => JSON.parse(line) as Record<string, unknown>);

describe('a log line', () => {
  it('is one line of JSON with what every line has', () => {
    createLog('relay').info('published', {
      count: 3,
      subject: 'evt.cases.shared.v1',
      last: null,
      skipped: undefined,
    });
    expect(written).toHaveLength(1);
    expect(written[0]).toMatch(/^\{.*\}\n$/);
    expect(lines()[0]).toEqual({
      time: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/),
      level: 'info',
      service: 'cases',
      component: 'relay',
      event: 'published',
      count: 3,
      subject: 'evt.cases.shared.v1',
      last: null,
    });
  });

  it.each([
    MARK, 'two\nlines', 'x'.repeat(201), 'someone@example.org', '9434765919', '943-476-5919', 'żółw', 'a%20b', 'q?name=Ola', '',
    '\u200b1', '"quoted"', '<b>', "o'clock",
  ])('holds back %j', (value) => {
    createLog('test').info('seen', { value, title: value });
    expect(lines()[0]).toMatchObject({ value: '[redacted]', title: '[redacted]' });
  }); // prettier-ignore

  it('holds back objects, lists, symbols and functions that slipped past the types', () => {
    const fields = {
      row: { text: MARK },
      list: [MARK],
      call: () => MARK,
      toJSON: () => MARK,
      big: 1n,
    } as unknown as object;
    createLog('test').warn('seen', fields);
    expect(written[0]).not.toContain('PLANTED');
    expect(lines()[0]).toMatchObject({
      row: '[redacted]',
      list: '[redacted]',
      call: '[redacted]',
      big: '[redacted]',
    });
  });

  it('cannot be made to lie about itself, and drops names that are not names', () => {
    createLog('test').info('seen', {
      level: 'error',
      service: 'x',
      traceId: 'y',
      time: 'z',
      [MARK]: 1,
      __proto__x: 2,
    });
    expect(lines()[0]).toEqual({
      time: expect.any(String), level: 'info', service: 'cases', component: 'test', event: 'seen',
    }); // prettier-ignore
  });

  it('holds back an event or a component that is prose', () => {
    const event: string = MARK;
    createLog(MARK).info(event);
    expect(lines()[0]).toMatchObject({ event: '[redacted]', component: '[redacted]' });
  });

  it.each([
    ['warn', ['warn', 'error']],
    ['SILENT', []],
    ['nonsense', ['info', 'warn', 'error']],
  ])('LOG_LEVEL %s writes %j', (level, wanted) => {
    process.env['LOG_LEVEL'] = level;
    const log = createLog('test');
    log.debug('seen');
    log.info('seen');
    log.warn('seen');
    log.error('seen');
    expect(lines().map((line) => line['level'])).toEqual(wanted);
  });
});

describe('an error in a log line', () => {
  const logged = (error: unknown) => {
    createLog('test').error('failed', { error, caseId: '0198c1d2-7a3b-7c4d-8e5f-0123456789ab' });
    expect(written.join('')).not.toMatch(/PLANTED|Ola|years/);
    return lines()[0]?.['error'] as {
      name: string;
      code?: unknown;
      frames: string[];
      cause?: { name: string };
    };
  };

  it('is its class, its code and where it came from', () => {
    const error = logged(new AppError('not-found', MARK));
    expect(error).toMatchObject({ name: 'AppError', code: 'not-found' });
    expect(error.frames[0]).toMatch(/libs\/telemetry\/src\/log\.spec\.ts:\d+:\d+$/);
    expect(error.frames.join()).not.toMatch(/(^|\s)\//m);
  });

  it('tells of its causes the same', () => {
    expect(
      logged(unavailable('The store', Object.assign(new Error(MARK), { code: '57P01' }))).cause,
    ).toMatchObject({
      name: 'Error',
      code: '57P01',
    });
  });

  it.each([
    new Error(`${MARK}\n    at Ola (/PLANTED/years:1:1)`),
    Object.assign(new Error('before'), { message: MARK, name: MARK, code: MARK }),
    Object.assign(new Error('x'), {
      stack: `Error: x\n    at work (/a/libs/b.ts:1:2)\nprevious Error: ${MARK}\n${MARK}`,
    }),
    Object.assign(new Error('x'), { stack: MARK }),
    Object.assign(new Error(MARK), { stack: undefined }),
    MARK,
    { message: MARK },
    null,
    new Error('x', { cause: MARK }),
    Object.assign(new Error('x'), { detail: MARK, query: MARK, parameters: [MARK] }),
  ])('never holds its message: %#', (thrown) => {
    expect(logged(thrown).name).toMatch(/^(Error|thrown (string|object))$/);
  });

  it('that is its own cause is still one line', () => {
    const error = new Error('x');
    error.cause = error;
    logged(error);
    expect(written).toHaveLength(1);
  });
});

describe("Nest's logger", () => {
  it("writes the framework's own texts on one line", () => {
    new NestLogger().log('Nest application\nsuccessfully started', 'NestApplication');
    expect(lines()[0]).toMatchObject({
      level: 'info', component: 'nest', event: 'framework', context: 'NestApplication',
      message: 'Nest application successfully started',
    }); // prettier-ignore
  });

  it('makes one line per route a matter for debugging', () => {
    new NestLogger().log('Mapped {/cases, POST} route', 'RouterExplorer');
    expect(lines()[0]).toMatchObject({ level: 'debug', message: 'Mapped {/cases, POST} route' });
  });

  it.each<[string, unknown[]]>([
    ['text of another context', [MARK, 'CasesController']],
    ['text without a context', [MARK]],
    ['a context that is prose', ['x', MARK]],
    ['an exception', [new Error(MARK), 'ExceptionsHandler']],
    ['an exception as text with its stack', [MARK, `Error: ${MARK}\n at x`, 'ExceptionsHandler']],
    ['an object', [{ text: MARK }, 'NestApplication']],
    ['an exception beside a text', ['failed', new Error(MARK), 'ExceptionsHandler']],
  ])('holds back %s', (_, [message, ...rest]) => {
    new NestLogger().error(message, ...rest);
    new NestLogger().log(message, ...rest);
    expect(written).toHaveLength(2);
    expect(written.join('')).not.toMatch(/PLANTED|Ola/);
  });

  it('says what to mend when modules cannot be wired', () => {
    class UnknownDependenciesException extends Error {}
    new NestLogger().error(new UnknownDependenciesException('Nest cannot resolve Bus'), 'ExceptionHandler');
    expect(lines()[0]?.['error']).toMatchObject({ name: 'Error' });
    expect(lines()[0]).toMatchObject({ level: 'error', hint: 'Nest cannot resolve Bus' });
  });
});
