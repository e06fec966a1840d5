import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { loadFilesConfig } from '../src/config.js';
import { Surgery } from './support/surgery.js';

let surgery: Surgery;
beforeAll(async () => {
  surgery = await Surgery.open();
});
afterAll(() => surgery.world.stop());

describe('files', () => {
  it('boots on its own database and credential, and says that it is ready', async () => {
    for (const path of ['/healthz', '/readyz']) {
      expect((await fetch(new URL(path, surgery.files.url))).status).toBe(200);
    }
  });

  it('lets nobody in without a caller of the gateway', async () => {
    const gp = await surgery.person();
    const service = await surgery.world.as('cases');
    for (const token of [undefined, 'not-a-token', service.token, `${(await gp.caller()).token}x`]) {
      const headers = token === undefined ? {} : { 'ddx-caller': token };
      for (const init of [{ headers }, { headers, method: 'POST', body: 'x' }]) {
        const path = init.method ? '' : '/01890000-0000-7000-8000-000000000000';
        const { status } = await fetch(`${surgery.address()}${path}`, init);
        expect(status).toBe(token === service.token ? 403 : 401);
      }
    }
  });
});

describe('its configuration', () => {
  it('names what is missing', () => {
    expect(() => loadFilesConfig({})).toThrow(/FILES_KEYRING_FILE/);
  });
});
