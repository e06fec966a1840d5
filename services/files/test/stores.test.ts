import { mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { randomBytes, randomUUID } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { Client } from 'minio';
import { startWorld } from '@definitivedx/testing';
import { DirectoryStore } from '../src/stores/directory-store.js';
import { S3Store } from '../src/stores/s3-store.js';
import { storeContract } from './support/store-contract.js';

const filesIn = async (folder: string): Promise<string[]> =>
  (await readdir(folder, { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile())
    .map(({ name }) => name)
    .sort();

storeContract('directory', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'definitivedx-store-'));
  return {
    store: new DirectoryStore(folder),
    names: () => filesIn(folder),
    crashIn: async (key) => {
      const branch = join(folder, key.slice(-2), key.slice(-4, -2));
      mkdirSync(branch, { recursive: true });
      writeFileSync(join(branch, `${key}.part`), 'half of it');
    },
    close: async () => {
      rmSync(folder, { recursive: true });
    },
  };
});

storeContract('S3', async () => {
  const world = await startWorld();
  const server = await world.s3();
  const { url, region, bucket, accessKey, secretKey } = server;
  const store = new S3Store({ url, region, bucket, accessKey, secretKey, patienceMs: 2_000 });
  const { hostname, port } = new URL(url);
  const client = new Client({
    endPoint: hostname,
    port: Number(port),
    useSSL: false,
    region,
    accessKey,
    secretKey,
  });
  return {
    store,
    names: async () => {
      const names: string[] = [];
      for await (const item of client.listObjectsV2(bucket) as AsyncIterable<{ name: string }>)
        names.push(item.name);
      for await (const item of client.listIncompleteUploads(bucket, '', true) as AsyncIterable<{
        key: string;
      }>) {
        names.push(item.key);
      }
      return names.sort();
    },
    crashIn: async (key) => {
      const uploadID = await client.initiateNewMultipartUpload(bucket, key, {});
      const part = { bucketName: bucket, objectName: key, uploadID, partNumber: 1, headers: {} };
      await client.uploadPart(part, randomBytes(5 * 1024 * 1024));
    },
    close: async () => {
      store.close();
      await world.stop();
    },
  };
});

describe('the directory store', () => {
  it('lets only its owner in', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'definitivedx-store-'));
    const key = randomUUID();
    async function* some(): AsyncGenerator<Buffer> {
      yield Buffer.from('x');
    }
    await new DirectoryStore(join(folder, 'new')).put(key, some());
    const file = join(folder, 'new', key.slice(-2), key.slice(-4, -2), key);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(statSync(join(folder, 'new')).mode & 0o777).toBe(0o700);
    rmSync(folder, { recursive: true });
  });

  it('says that the storage is away when the folder cannot be used', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'definitivedx-store-'));
    const notAFolder = join(folder, 'file');
    rmSync(folder, { recursive: true });
    const store = new DirectoryStore(join('/dev/null', notAFolder));
    await expect(store.ping()).rejects.toMatchObject({ code: 'unavailable' });
  });
});
