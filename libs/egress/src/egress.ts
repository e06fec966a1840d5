import { lookup } from 'node:dns/promises';
import type { LookupFunction } from 'node:net';
import { Client } from 'undici';
import { isPublicAddress } from './address.js';
import { egressError, TooLarge } from './failure.js';
import type { EgressSettings } from './settings.js';
import { notPublic, targetOf, type Target } from './target.js';

const userAgent = 'DefinitiveDx';
const defaults = { connectMs: 5_000, totalMs: 15_000, maxBytes: 1024 * 1024 };

/** The addresses of a name. */
export type Resolve = (hostname: string) => Promise<readonly { address: string; family: number }[]>;

/** One exchange with an address that somebody else named. */
export interface OutboundRequest {
  readonly url: string | URL;
  readonly method?: 'GET' | 'POST';
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
  /** The whole exchange, names and handshakes included; 15 s when absent. */
  readonly totalMs?: number;
  /** Most bytes of the answer's body, 1 MiB when absent; 0 leaves it unread, however long it is. */
  readonly maxBytes?: number;
  readonly signal?: AbortSignal | undefined;
}

export interface OutboundReply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: Buffer;
}

/**
 * HTTP to addresses that others name (security.md 25). What a name resolves to is decided when the connection is made,
 * on the very addresses it is made to, so that a name which answers differently the second time gains nothing.
 * Redirects are answers like any other, connections serve once, and no proxy of the environment is used.
 */
export class Egress {
  constructor(
    private readonly settings: EgressSettings,
    private readonly resolve: Resolve = (hostname) => lookup(hostname, { all: true }),
  ) {}

  /**
   * Looks at an address as far as that goes without the network, for a form that takes one.
   * @param path where the form has it
   * @throws AppError `invalid-input` with a sentence on what is wrong with it.
   */
  check(url: string, path = 'url'): void {
    targetOf(url, this.settings, path);
  }

  /**
   * Carries out one exchange.
   * @throws AppError `invalid-input` for an address that is not allowed, before any connection, and `unavailable` for
   * everything that goes wrong on the way; `failureCodeOf` tells what.
   */
  async request(request: OutboundRequest): Promise<OutboundReply> {
    const target = targetOf(request.url, this.settings);
    const client = new Client(target.url.origin, {
      connect: { lookup: this.lookupFor(target), timeout: defaults.connectMs },
      pipelining: 0,
    });
    const late = AbortSignal.timeout(request.totalMs ?? defaults.totalMs);
    const signal = request.signal ? AbortSignal.any([late, request.signal]) : late;
    try {
      // The client itself listens to a signal only once it is connected.
      return await Promise.race([exchange(client, target.url, request), aborted(signal)]);
    } catch (error) {
      throw egressError(error);
    } finally {
      // Also while the body is still coming: nobody reads it any more.
      void client.destroy().catch(() => undefined);
    }
  }

  /** The addresses a connection may be made to, decided where it is made. */
  private lookupFor({ trusted }: Target): LookupFunction {
    return (hostname, options, callback) => {
      void this.resolve(hostname).then(
        (addresses) => {
          const [first] = addresses;
          // One inner address among public ones is reason enough: no honest name has both.
          if (!first || !(trusted || addresses.every(({ address }) => isPublicAddress(address)))) {
            callback(notPublic(), []);
          } else if (options.all) {
            callback(null, [...addresses]);
          } else {
            callback(null, first.address, first.family);
          }
        },
        (error: unknown) => {
          callback(error as NodeJS.ErrnoException, []);
        },
      );
    };
  }
}

async function exchange(client: Client, url: URL, request: OutboundRequest): Promise<OutboundReply> {
  const { method = 'GET', body = null, maxBytes = defaults.maxBytes } = request;
  const reply = await client.request({
    path: `${url.pathname}${url.search}`,
    method,
    headers: { 'user-agent': userAgent, 'accept-encoding': 'identity', ...lowerCased(request.headers) },
    body,
  });
  return {
    status: reply.statusCode,
    headers: reply.headers,
    body: maxBytes === 0 ? ignored(reply.body) : await read(reply.body, maxBytes),
  };
}

/** Rejects when the time is up; a signal's reason is an error of the platform. */
const aborted = (signal: AbortSignal): Promise<never> =>
  new Promise((_resolve, reject) => {
    const stop = (): void => {
      // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors -- it is one, typed as any
      reject(signal.reason);
    };
    if (signal.aborted) stop();
    else signal.addEventListener('abort', stop, { once: true });
  });

async function read(body: AsyncIterable<Buffer>, maxBytes: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of body) {
    length += chunk.length;
    if (length > maxBytes) throw new TooLarge();
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function ignored(body: { on(event: 'error', listener: () => void): unknown }): Buffer {
  // It ends with the connection, which is no news.
  body.on('error', () => undefined);
  return Buffer.alloc(0);
}

const lowerCased = (headers: Readonly<Record<string, string>> = {}): Record<string, string> =>
  Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
