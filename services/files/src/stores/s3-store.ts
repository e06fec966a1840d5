import { createHash } from 'node:crypto';
import { Agent as HttpAgent, type AgentOptions } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import type { Socket } from 'node:net';
import type { Readable } from 'node:stream';
import { Client, S3Error } from 'minio';
import { AppError, unavailable } from '@definitivedx/errors';
import { assertKey, MissingObject, type Store } from './store.js';

/** The least that S3 takes for a part but the last; 10,000 parts make 48 GiB. One is held per upload. */
const partLength = 5 * 1024 * 1024;

export interface S3Options {
  readonly url: string;
  readonly region: string;
  readonly bucket: string;
  readonly accessKey: string;
  readonly secretKey: string;
  /** Longest silence of the server, in milliseconds, before a request is given up. */
  readonly patienceMs: number;
}

/**
 * Objects in a bucket of any S3 server. Parts are cut here and not by the client's `putObject`, which would wait for ever
 * for a source that fails, and would go on with parts of an earlier attempt.
 */
export class S3Store implements Store {
  private readonly client: Client;
  private readonly agent: HttpAgent;
  private readonly bucket: string;

  constructor({ url, region, bucket, accessKey, secretKey, patienceMs }: S3Options) {
    const { hostname, port, protocol } = new URL(url);
    const useSSL = protocol === 'https:';
    const options: AgentOptions = { keepAlive: true, timeout: patienceMs, maxSockets: 128 };
    this.agent = impatient(useSSL ? new HttpsAgent(options) : new HttpAgent(options), patienceMs);
    this.bucket = bucket;
    this.client = new Client({
      endPoint: hostname,
      ...(port === '' ? {} : { port: Number(port) }),
      ...{ useSSL, region, accessKey, secretKey, partSize: partLength, transportAgent: this.agent },
      // Its own retry writes to the console; whoever asked us may repeat.
      retryOptions: { disableRetry: true },
    });
  }

  async put(key: string, source: AsyncIterable<Uint8Array>): Promise<{ bytes: number }> {
    assertKey(key);
    const upload = new Upload(this.client, this.bucket, key);
    try {
      for await (const chunk of source) await upload.write(chunk);
      return { bytes: await upload.finish() };
    } catch (error) {
      await upload.abort().catch(() => undefined);
      throw translated(error);
    }
  }

  async get(key: string, offset: number, length: number): Promise<Readable> {
    assertKey(key);
    try {
      const stream = await this.client.getPartialObject(this.bucket, key, offset, length);
      return stream;
    } catch (error) {
      // Asking beyond the end of an object is no failure of the server.
      if (error instanceof S3Error && error.code === 'InvalidRange')
        throw new MissingObject('too short', { cause: error });
      throw translated(error);
    }
  }

  async remove(key: string): Promise<void> {
    assertKey(key);
    await unlessMissing(this.client.removeIncompleteUpload(this.bucket, key));
    await unlessMissing(this.client.removeObject(this.bucket, key));
  }

  async ping(): Promise<void> {
    try {
      if (await this.client.bucketExists(this.bucket)) return;
    } catch (error) {
      throw translated(error);
    }
    throw unavailable('The file storage', new Error('its bucket does not exist'));
  }

  close(): void {
    this.agent.destroy();
  }
}

/** One object on its way: in one request when it is small, else in parts. */
class Upload {
  private readonly part = Buffer.allocUnsafeSlow(partLength);
  private filled = 0;
  private bytes = 0;
  private uploadId: string | undefined;
  private readonly parts: { part: number; etag: string }[] = [];

  constructor(
    private readonly client: Client,
    private readonly bucket: string,
    private readonly key: string,
  ) {}

  async write(chunk: Uint8Array): Promise<void> {
    this.bytes += chunk.length;
    for (let from = 0; from < chunk.length;) {
      // Only when more comes: the last part may be of any length, and a small object needs no parts.
      if (this.filled === partLength) await this.sendPart();
      const piece = chunk.subarray(from, from + partLength - this.filled);
      this.part.set(piece, this.filled);
      this.filled += piece.length;
      from += piece.length;
    }
  }

  async finish(): Promise<number> {
    if (this.uploadId === undefined) {
      await this.client.putObject(this.bucket, this.key, this.part.subarray(0, this.filled));
      return this.bytes;
    }
    await this.sendPart();
    await this.client.completeMultipartUpload(this.bucket, this.key, this.uploadId, this.parts);
    return this.bytes;
  }

  async abort(): Promise<void> {
    if (this.uploadId === undefined) return;
    await this.client.abortMultipartUpload(this.bucket, this.key, this.uploadId);
  }

  private async sendPart(): Promise<void> {
    this.uploadId ??= await this.client.initiateNewMultipartUpload(this.bucket, this.key, {});
    const payload = this.part.subarray(0, this.filled);
    const partNumber = this.parts.length + 1;
    const { etag } = await this.client.uploadPart(
      {
        bucketName: this.bucket,
        objectName: this.key,
        uploadID: this.uploadId,
        partNumber,
        headers: { 'content-md5': createHash('md5').update(payload).digest('base64') },
      },
      payload,
    );
    this.parts.push({ part: partNumber, etag });
    this.filled = 0;
  }
}

/** Node's agents only announce that a connection has been silent; this ends it, so that nobody waits for ever. */
function impatient<A extends HttpAgent>(agent: A, patienceMs: number): A {
  const connect = agent.createConnection.bind(agent);
  agent.createConnection = (...args) => {
    const socket = connect(...args);
    (socket as Socket | undefined)?.setTimeout(patienceMs, () => {
      (socket as Socket).destroy(Object.assign(new Error('the S3 server is silent'), { code: 'ETIMEDOUT' }));
    });
    return socket;
  };
  return agent;
}

const missing = new Set(['NoSuchKey', 'NotFound', 'NoSuchUpload']);

/** What is not said by an S3 server in its own words is its absence. */
function translated(error: unknown): unknown {
  if (error instanceof AppError) return error;
  if (!(error instanceof S3Error))
    return isOfTheNetwork(error) ? unavailable('The file storage', error) : error;
  if (error.code !== undefined && missing.has(error.code))
    return new MissingObject('no such object', { cause: error });
  return unavailable('The file storage', error);
}

async function unlessMissing(removal: Promise<unknown>): Promise<void> {
  try {
    await removal;
  } catch (error) {
    const failure = translated(error);
    if (!(failure instanceof MissingObject)) throw failure;
  }
}

const isOfTheNetwork = (error: unknown): boolean =>
  typeof error === 'object' &&
  error !== null &&
  'code' in error &&
  typeof error.code === 'string' &&
  /^E(?!RR_)[A-Z_]+$/.test(error.code);
