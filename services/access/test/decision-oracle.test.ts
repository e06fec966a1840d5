import { afterAll, beforeAll, describe, it } from '@jest/globals';
import { AccessWorld } from './access-world.js';
import { compareWithOracle } from './oracle.js';

let access: AccessWorld;

beforeAll(async () => {
  access = await AccessWorld.start();
});
afterAll(() => access.stop());

describe('who may see a case', () => {
  // In parts, each of which signs its people in anew: a caller's token lasts for ninety seconds.
  it.each([1, 2, 3, 4])(
    'agrees with a small oracle over random sequences, part %i',
    () => compareWithOracle(access, 40),
    80_000,
  );
});
