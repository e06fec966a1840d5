import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startWorld, type World } from '@definitivedx/testing';
import { appModule } from '../src/app.module.js';
import { databaseOptions } from '../src/data/database.js';

let world: World;
beforeAll(async () => {
  world = await startWorld();
});
afterAll(() => world.stop());

describe('files', () => {
  it('boots on its own database and credential, and says that it is ready', async () => {
    const { url } = await world.service('files', appModule, databaseOptions);
    for (const path of ['/healthz', '/readyz']) {
      expect((await fetch(new URL(path, url))).status).toBe(200);
    }
  });
});
