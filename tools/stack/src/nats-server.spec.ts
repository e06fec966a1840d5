import { describe, expect, it } from '@jest/globals';
import { archiveName, isRecentEnough } from './nats-server.js';
import { sumFor } from './tool.js';

describe('nats-server', () => {
  it.each([
    ['nats-server: v2.15.2', true],
    ['nats-server: v2.11.0', true],
    ['nats-server: v2.11.0-RC.1', true],
    ['nats-server: v3.0.0', true],
    ['nats-server: v2.10.29', false],
    ['nats-server: v2.9.10', false],
    ['nats-server: v1.99.0', false],
    ['', false],
  ])('%s is recent enough: %s', (output, expected) => {
    expect(isRecentEnough(output)).toBe(expected);
  });

  it('knows the archives of the release', () => {
    expect(archiveName('linux', 'x64')).toBe('nats-server-v2.15.2-linux-amd64.tar.gz');
    expect(archiveName('darwin', 'arm64')).toBe('nats-server-v2.15.2-darwin-arm64.tar.gz');
    expect(archiveName('win32', 'x64')).toBeUndefined();
    expect(archiveName('linux', 's390x')).toBeUndefined();
  });

  it('takes only the whole file name and a whole checksum from SHA256SUMS', () => {
    const sum = 'a'.repeat(64);
    const sums = `${'b'.repeat(64)}  other-a.tar.gz\n${sum}  a.tar.gz\r\n${'C'.repeat(64)} *b.tar.gz\nshort  c.tar.gz\n`;
    expect(sumFor(sums, 'a.tar.gz')).toBe(sum);
    expect(sumFor(sums, 'b.tar.gz')).toBe('c'.repeat(64));
    expect(sumFor(sums, 'c.tar.gz')).toBeUndefined();
    expect(sumFor(sums, 'd.tar.gz')).toBeUndefined();
  });
});
