import { jest } from '@jest/globals';

// Jest reads `testTimeout` only from the top level of its configuration, not from a project: hence this file.
jest.setTimeout(process.env.DDX_SOAK === '1' ? 1_800_000 : 60_000);

// What runs in the test's own process would log between the results. Programs log into files, at the usual level.
process.env.DDX_PROGRAM_LOG_LEVEL ??= process.env.LOG_LEVEL ?? 'info';
process.env.LOG_LEVEL ??= 'silent';
