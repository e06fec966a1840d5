import { jest } from '@jest/globals';

// Jest reads `testTimeout` only from the top level of its configuration, not from a project: hence this file.
jest.setTimeout(process.env.DDX_SOAK === '1' ? 1_800_000 : 60_000);
