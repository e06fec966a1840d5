import type { Egress } from './egress.js';

/** As much of fetch's options as the OpenID Connect and JOSE libraries use. */
interface FetchOptions {
  readonly method?: string;
  readonly headers?: ConstructorParameters<typeof Headers>[0];
  readonly body?: unknown;
  readonly signal?: AbortSignal | null | undefined;
}

/** What libraries take for `fetch`: the same exchange, in and out of fetch's own shapes. Redirects are not followed. */
export type EgressFetch = (url: string | URL, options?: FetchOptions) => Promise<Response>;

/** An egress in the shape of `fetch`, for libraries that take one. */
export const fetchThrough =
  (egress: Egress, limits: { totalMs?: number; maxBytes?: number } = {}): EgressFetch =>
  async (url, { method = 'GET', headers, body, signal } = {}) => {
    if (method !== 'GET' && method !== 'POST') throw new Error('only GET and POST leave here');
    const sent = new Headers(headers);
    if (body instanceof URLSearchParams && !sent.has('content-type')) {
      sent.set('content-type', 'application/x-www-form-urlencoded;charset=UTF-8');
    }
    const reply = await egress.request({
      url,
      method,
      headers: Object.fromEntries(sent),
      signal: signal ?? undefined,
      ...(body === undefined || body === null ? {} : { body: bodyOf(body) }),
      ...limits,
    });
    const received = Object.entries(reply.headers).flatMap(([name, value]) =>
      [value ?? []].flat().map((one): [string, string] => [name, one]),
    );
    const empty = [204, 205, 304].includes(reply.status);
    return new Response(empty ? null : new Uint8Array(reply.body), {
      status: reply.status,
      headers: received,
    });
  };

function bodyOf(body: unknown): string | Uint8Array {
  if (typeof body === 'string' || body instanceof Uint8Array) return body;
  if (body instanceof URLSearchParams) return body.toString();
  throw new Error('only a text, bytes or a form leave here');
}
