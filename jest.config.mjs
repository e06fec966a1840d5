import { existsSync, readFileSync } from 'node:fs';

const soak = process.env.DDX_SOAK === '1';
const unitOnly = process.env.DDX_UNIT === '1';

// The build's compiler settings, without its rule that leaves specs out (hence `swcrc: false` below).
const { jsc } = JSON.parse(readFileSync(new URL('.swcrc', import.meta.url), 'utf8'));

const shared = {
  rootDir: import.meta.dirname,
  roots: ['libs', 'services', 'tools', 'e2e', 'web']
    .filter((folder) => existsSync(new URL(folder, import.meta.url)))
    .map((folder) => `<rootDir>/${folder}`),
  testEnvironment: 'node',
  // Tests import workspace packages as source, so a stale build can never make one pass.
  testEnvironmentOptions: { customExportConditions: ['@definitivedx/source', 'node', 'node-addons'] },
  injectGlobals: false,
  extensionsToTreatAsEsm: ['.ts'],
  transform: { '\\.ts$': ['@swc/jest', { swcrc: false, jsc }] },
  moduleNameMapper: { '^(\\.{1,2}/.*)\\.js$': '$1' },
  modulePathIgnorePatterns: ['/dist/'],
  restoreMocks: true,
};

/** Pure code: no network, no database, no clock to wait for. */
const unit = {
  ...shared,
  displayName: 'unit',
  testMatch: ['**/src/**/*.spec.ts'],
};

/** On real PostgreSQL, NATS and SMTP, started once per run; programs under test run from their build. */
const stack = {
  ...shared,
  displayName: 'stack',
  testMatch: [soak ? '**/test/**/*.soak.test.ts' : '**/test/**/*.test.ts'],
  testPathIgnorePatterns: ['/node_modules/', ...(soak ? [] : ['\\.soak\\.test\\.ts$'])],
  setupFilesAfterEnv: ['<rootDir>/tools/bootstrap/jest-stack-each.mjs'],
  globalSetup: '<rootDir>/tools/bootstrap/jest-stack-up.mjs',
  globalTeardown: '<rootDir>/tools/bootstrap/jest-stack-down.mjs',
};

export default {
  projects: unitOnly ? [unit] : soak ? [stack] : [unit, stack],
  reporters: [
    'default',
    ...(process.env.DDX_TEST_COUNTS ? ['<rootDir>/tools/bootstrap/jest-counts.mjs'] : []),
  ],
  maxWorkers: 2,
};
