import { describe, expect, it } from '@jest/globals';
import { isLoopback, parseArgs } from './args.js';

describe('options of npm start', () => {
  it('listens on loopback, keeps its data and uses port 8080 unless told otherwise', () => {
    expect(parseArgs([])).toEqual({ fresh: false, host: '127.0.0.1', port: 8080, help: false });
  });

  it('takes a port from DDX_PORT, and --port before it', () => {
    expect(parseArgs([], { DDX_PORT: '9000' }).port).toBe(9000);
    expect(parseArgs(['--port', '9100'], { DDX_PORT: '9000' }).port).toBe(9100);
    expect(parseArgs(['--port=9200', '--fresh', '--host=0.0.0.0'])).toMatchObject({
      port: 9200,
      fresh: true,
      host: '0.0.0.0',
    });
  });

  it.each([
    [['--prot', '1'], /"--prot" is not an option/],
    [['--port'], /--port needs a value/],
    [['--port', '--fresh'], /--port needs a value/],
    [['--port', 'web'], /--port must be a number from 1 to/],
    [['--port', '0'], /must be a number/],
    [['--port', '65535'], /must be a number/],
    [['--host='], /--host needs a value/],
  ])('refuses %j with a sentence', (args, sentence) => {
    expect(() => parseArgs(args)).toThrow(sentence);
  });

  it('knows loopback addresses', () => {
    expect(['127.0.0.1', '127.8.0.1', 'localhost', '::1'].every(isLoopback)).toBe(true);
    expect(['0.0.0.0', '::', '10.0.0.4', '192.168.127.1'].some(isLoopback)).toBe(false);
  });
});
