import { afterAll, beforeAll, describe, it } from '@jest/globals';
import { AccessWorld } from './access-world.js';
import { compareWithOracle } from './oracle.js';

let access: AccessWorld;

beforeAll(async () => {
  access = await AccessWorld.start();
});
afterAll(() => access.stop());

describe('who may see a case', () => {
  it(
    'agrees with a ten-line oracle over a few hundred random sequences',
    () => compareWithOracle(access, 200),
    180_000,
  );
});
