import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { z } from 'zod';
import { NotAsExpected } from './failure.js';

/** An answer of the API, its body parsed when it is JSON. */
export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: unknown;
  readonly traceId: string | undefined;
}

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

export interface Call {
  readonly body?: unknown;
  /** Makes repeating the call safe. */
  readonly idempotencyKey?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** What a body is sent as: bytes are a file, text is CSV, all else goes as JSON. */
function written(body: unknown): { type: string; content: string | Uint8Array<ArrayBuffer> } {
  if (body instanceof Uint8Array) {
    return { type: 'application/octet-stream', content: body as Uint8Array<ArrayBuffer> };
  }
  if (typeof body === 'string') return { type: 'text/csv', content: body };
  return { type: 'application/json', content: JSON.stringify(body) };
}

/** How long one request may take, in milliseconds. */
const requestMs = 15_000;
/** For how long a call is repeated while the system is temporarily unavailable, in milliseconds. */
const patienceMs = 60_000;
const longestPauseMs = 2_000;

/** One person's browser, as far as it matters: cookies per site, and requests as the site's own pages make them. */
export class Session {
  private readonly jars = new Map<string, Map<string, string>>();

  /** @param home the gateway's public address */
  constructor(readonly home: string) {}

  /** The cookies of the gateway's site, as a browser sends them. */
  cookies(): string {
    return [...this.jar(new URL(this.home))].map(([name, value]) => `${name}=${value}`).join('; ');
  }

  /** One request with this person's cookies, redirects not followed. @throws when the site does not answer. */
  async ask(
    address: string | URL,
    { headers = {}, ...init }: Omit<RequestInit, 'headers'> & { headers?: Record<string, string> } = {},
  ): Promise<Response> {
    const url = new URL(address, this.home);
    const cookies = [...this.jar(url)].map(([name, value]) => `${name}=${value}`).join('; ');
    const response = await fetch(url, {
      signal: AbortSignal.timeout(requestMs),
      ...init,
      headers: { ...(cookies ? { cookie: cookies } : {}), ...headers },
      redirect: 'manual',
    });
    for (const line of response.headers.getSetCookie()) this.take(url, line);
    return response;
  }

  /** Calls the API once, whatever it answers. @throws when it does not answer. */
  async attempt(method: Method, path: string, { body, idempotencyKey, headers }: Call = {}): Promise<Answer> {
    const sent = body === undefined ? undefined : written(body);
    const response = await this.ask(path, {
      method,
      headers: {
        origin: new URL(this.home).origin,
        ...(sent === undefined ? {} : { 'content-type': sent.type }),
        ...(idempotencyKey === undefined ? {} : { 'idempotency-key': idempotencyKey }),
        ...headers,
      },
      ...(sent === undefined ? {} : { body: sent.content }),
    });
    return readAnswer(response);
  }

  /** Reads a file whole; while the system is temporarily unavailable the call is repeated. */
  async download(path: string): Promise<{ status: number; headers: Headers; content: Uint8Array }> {
    let content = new Uint8Array();
    const { status, headers } = await whileAvailableSoon(async () => {
      const response = await this.ask(path);
      if (response.status !== 200) return readAnswer(response);
      content = new Uint8Array(await response.arrayBuffer());
      return { status: 200, headers: response.headers, body: undefined, traceId: undefined };
    });
    return { status, headers, content };
  }

  /** Calls the API; while it is temporarily unavailable the call is repeated, a change under one Idempotency-Key. */
  async call(method: Method, path: string, body?: unknown, headers: Call['headers'] = {}): Promise<Answer> {
    const call: Call = {
      headers,
      ...(body === undefined ? {} : { body }),
      ...(method === 'GET' ? {} : { idempotencyKey: randomUUID() }),
    };
    return whileAvailableSoon(() => this.attempt(method, path, call));
  }

  /** As `call`, for what must succeed. @returns the reply as its contract describes it, and its trace. */
  async must<S extends z.ZodType>(
    reply: S,
    method: Method,
    path: string,
    body?: unknown,
    headers?: Call['headers'],
  ): Promise<{ reply: z.output<S>; traceId: string | undefined }> {
    const answer = await this.call(method, path, body, headers);
    const what = `${method} ${path}`;
    if (answer.status < 200 || answer.status > 299) {
      throw new NotAsExpected(`${what} to succeed`, describe(answer), answer.traceId);
    }
    const parsed = reply.safeParse(answer.body);
    if (!parsed.success) {
      const where = parsed.error.issues.map((issue) => issue.path.join('.')).join(', ');
      throw new NotAsExpected(
        `the reply to ${what} to be as documented`,
        `another one at ${where}`,
        answer.traceId,
      );
    }
    return { reply: parsed.data, traceId: answer.traceId };
  }

  private jar(url: URL): Map<string, string> {
    const jar = this.jars.get(url.host) ?? new Map<string, string>();
    this.jars.set(url.host, jar);
    return jar;
  }

  private take(url: URL, line: string): void {
    const [pair = '', ...attributes] = line.split(';').map((part) => part.trim());
    const at = pair.indexOf('=');
    const expired = attributes.some((attribute) => {
      const [name = '', value = ''] = attribute.split('=');
      if (/^max-age$/i.test(name)) return Number(value) <= 0;
      return /^expires$/i.test(name) && Date.parse(value) <= Date.now();
    });
    if (expired) this.jar(url).delete(pair.slice(0, at));
    else this.jar(url).set(pair.slice(0, at), pair.slice(at + 1));
  }
}

/** Reads a response to its end. */
export async function readAnswer(response: Response): Promise<Answer> {
  const text = await response.text();
  const json = /^application\/((problem|scim)\+)?json/.test(response.headers.get('content-type') ?? '');
  const body: unknown = json && text !== '' ? JSON.parse(text) : text;
  const traceId = response.headers.get('x-trace-id') ?? undefined;
  return { status: response.status, headers: response.headers, body, traceId };
}

/** The stable code of a problem document; undefined for any other body. */
export function codeOf({ body }: Answer): string | undefined {
  const code = typeof body === 'object' && body !== null && 'code' in body ? body.code : undefined;
  return typeof code === 'string' ? code : undefined;
}

/** An answer in words: its status and, of a problem document, code and sentence. */
export function describe(answer: Answer): string {
  const { body, status } = answer;
  const detail = typeof body === 'object' && body !== null && 'detail' in body ? String(body.detail) : '';
  return [`status ${String(status)}`, codeOf(answer), detail].filter(Boolean).join(', ').replace(/\.$/, '');
}

/** Whether the answer says that the same request may succeed a little later. */
export const isTemporary = (answer: Answer): boolean =>
  answer.status === 503 || answer.status === 429 || codeOf(answer) === 'command-in-flight';

/** What a fetch that got no answer throws, in words. */
export function whyUnreachable(error: unknown): string {
  // By shape and not by class: under a test runner fetch throws errors of another realm.
  const { cause, code, message } = (error ?? {}) as { cause?: unknown; code?: unknown; message?: unknown };
  if (typeof code === 'string') return code;
  if (typeof cause === 'object' && cause !== null) return whyUnreachable(cause);
  return typeof message === 'string' && message !== '' ? message : String(error);
}

/** Repeats `attempt` while its answer is temporary or there is none, for a bounded time. */
export async function whileAvailableSoon(attempt: () => Promise<Answer>): Promise<Answer> {
  const deadline = Date.now() + patienceMs;
  for (let pauseMs = 200; ; pauseMs = Math.min(pauseMs * 2, longestPauseMs)) {
    let got: string;
    let traceId: string | undefined;
    try {
      const answer = await attempt();
      if (!isTemporary(answer)) return answer;
      got = describe(answer);
      ({ traceId } = answer);
    } catch (error) {
      if (error instanceof NotAsExpected) throw error;
      got = `no answer (${whyUnreachable(error)})`;
    }
    if (Date.now() + pauseMs > deadline) {
      throw new NotAsExpected(`an answer within ${String(patienceMs / 1000)} s`, got, traceId);
    }
    await sleep(pauseMs);
  }
}
