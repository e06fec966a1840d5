import { once } from 'node:events';
import { request, type ClientRequest, type IncomingMessage } from 'node:http';
import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { loadFilesConfig } from '../src/config.js';
import { until } from '@definitivedx/testing';
import { aText, megabyte, Surgery } from './support/surgery.js';

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

it('stops promptly although clients hold on to it: silent, refused in the middle, and gone', async () => {
  const gp = await surgery.person();
  const { caseId } = await surgery.share(gp, [await surgery.person()]);
  const { port } = new URL(surgery.files.url);
  const unused = connect(Number(port), '127.0.0.1');
  unused.on('error', () => undefined);
  await once(unused, 'connect');
  await (await fetch(new URL('/healthz', surgery.files.url))).text();

  // Refused by its announced size, and its sender goes on sending.
  const headers = await surgery.uploadHeaders(gp, caseId);
  const begin = (length: number): ClientRequest => {
    const sending = request(surgery.address(), {
      method: 'POST',
      headers: { ...headers, 'content-length': length },
    });
    return sending.on('error', () => undefined);
  };
  const refused = begin(1000 * megabyte);
  refused.write(aText(megabyte));
  const [answer] = (await once(refused, 'response')) as [IncomingMessage];
  expect(answer.statusCode).toBe(413);
  const gone = begin(4 * megabyte);
  gone.write(aText(2 * megabyte));
  await until(() => surgery.objects().length, 'the upload to be under way');
  gone.destroy();

  const begun = Date.now();
  await surgery.files.close();
  expect(Date.now() - begun).toBeLessThan(2_000);
  unused.destroy();
});

describe('its configuration', () => {
  it('names what is missing', () => {
    expect(() => loadFilesConfig({})).toThrow(/FILES_KEYRING_FILE/);
  });
});
