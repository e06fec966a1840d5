import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from '@jest/globals';
import { databaseEnv, databaseUrlOf, parseEnv } from './config.js';

const folder = mkdtempSync(join(tmpdir(), 'definitivedx-config-'));
const passwordFile = join(folder, 'password');
writeFileSync(passwordFile, 'p%/@:# é\n');
afterAll(() => {
  rmSync(folder, { recursive: true });
});

const read = (env: NodeJS.ProcessEnv): string => databaseUrlOf(parseEnv(databaseEnv, env));

test('an address with its password is taken as it is', () => {
  expect(read({ DATABASE_URL: 'postgres://cases:pw@db:5432/cases' })).toBe(
    'postgres://cases:pw@db:5432/cases',
  );
});

test('a password file adds the password, whatever is in it', () => {
  const url = new URL(
    read({ DATABASE_URL: 'postgres://cases@db:5432/cases', DATABASE_PASSWORD_FILE: passwordFile }),
  );
  expect(url.host).toBe('db:5432');
  expect(decodeURIComponent(url.password)).toBe('p%/@:# é');
});

test('a password file that is not there stops the start, and is named', () => {
  const env = { DATABASE_URL: 'postgres://cases@db/cases', DATABASE_PASSWORD_FILE: join(folder, 'none') };
  expect(() => read(env)).toThrow('DATABASE_PASSWORD_FILE: names a file that cannot be read');
});
