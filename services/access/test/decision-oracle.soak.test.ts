import { afterAll, beforeAll, describe, it } from '@jest/globals';
import { AccessWorld } from './access-world.js';
import { compareWithOracle } from './oracle.js';

let access: AccessWorld;

beforeAll(async () => {
  access = await AccessWorld.start();
});
afterAll(() => access.stop());

describe('who may see a case', () => {
  it('agrees with a small oracle over ten thousand random sequences', async () => {
    // In parts with people of their own: whoever is signed in is so for 90 seconds.
    for (let part = 0; part < 125; part += 1) await compareWithOracle(access, 80);
  }, 3_600_000);
});
