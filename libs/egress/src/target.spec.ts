import { describe, expect, it } from '@jest/globals';
import { AppError } from '@definitivedx/errors';
import { egressSettings, strictEgress } from './settings.js';
import { targetOf } from './target.js';

const outcomeOf = (url: string, settings = strictEgress): unknown => {
  try {
    return targetOf(url, settings).url.href;
  } catch (error) {
    return error instanceof AppError ? error.code : error;
  }
};

describe('an address that others name', () => {
  it.each([
    'http://example.org/',
    'ftp://example.org/',
    'file:///etc/passwd',
    'gopher://example.org/',
    'javascript:alert(1)',
    'example.org',
    '',
    'https://',
    'https://user@example.org/',
    'https://user:word@example.org/',
    'https://example.org:8443/',
    'https://example.org:22/',
    'https://127.0.0.1/',
    'https://127.0.0.1./',
    'https://127.1/',
    'https://2130706433/',
    'https://0x7f000001/',
    'https://0177.0.0.1/',
    'https://0300.0250.1.1/',
    'https://１２７.０.０.１/',
    'https://[::1]/',
    'https://[::]/',
    'https://[::ffff:127.0.0.1]/',
    'https://[::ffff:a9fe:a9fe]/',
    'https://[64:ff9b::7f00:1]/',
    'https://[fe80::1]/',
    'https://169.254.169.254/latest/meta-data/',
    'https://[fd00:ec2::254]/',
    `https://example.org/${'a'.repeat(2_048)}`,
  ])('is refused before anything is looked up: %s', (url) => {
    expect(outcomeOf(url)).toBe('invalid-input');
  });

  it.each(['https://example.org/hooks?a=b', 'https://EXAMPLE.org:443/', 'https://8.8.8.8/'])(
    'may be tried: %s',
    (url) => {
      expect(outcomeOf(url)).toBe(new URL(url).href);
    },
  );

  it('is of more ports, and of the inner network, where the deployment says so', () => {
    const settings = egressSettings({
      EGRESS_PORTS: '443, 8443',
      EGRESS_TRUSTED_HOSTS: 'Inner.example. 10.0.0.7',
    });
    expect(outcomeOf('https://example.org:8443/', settings)).toBe('https://example.org:8443/');
    expect(outcomeOf('http://inner.example.:9000/', settings)).toBe('http://inner.example.:9000/');
    expect(outcomeOf('https://10.0.0.7/', settings)).toBe('https://10.0.0.7/');
    expect(outcomeOf('https://10.0.0.8/', settings)).toBe('invalid-input');
    expect(outcomeOf('http://not-inner.example/', settings)).toBe('invalid-input');
  });

  it('is of anywhere only on a developing machine', () => {
    expect(outcomeOf('http://127.0.0.1:9/', egressSettings({ EGRESS_TRUSTED_HOSTS: '*' }))).toBe(
      'http://127.0.0.1:9/',
    );
    expect(() => egressSettings({ EGRESS_TRUSTED_HOSTS: '*', NODE_ENV: 'production' })).toThrow(
      'EGRESS_TRUSTED_HOSTS',
    );
    expect(() => egressSettings({ EGRESS_PORTS: '443 many' })).toThrow('EGRESS_PORTS');
  });
});
