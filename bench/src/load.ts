import { Agent, request, type RequestOptions } from 'node:http';

export interface Call {
  readonly method: string;
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

export interface Measured {
  readonly done: number;
  readonly failed: number;
  readonly seconds: number;
  /** Operations answered per second. */
  readonly perSecond: number;
  /** Milliseconds. */
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
}

/** The value below which a share `q` of the sorted values lies. */
export const quantile = (sorted: readonly number[], q: number): number =>
  sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * q))] ?? Number.NaN;

/** Sends one request over a kept connection. Resolves with status and body. */
export function send(agent: Agent, origin: URL, call: Call): Promise<{ status: number; body: string }> {
  const options: RequestOptions = {
    agent,
    host: origin.hostname,
    port: origin.port,
    method: call.method,
    path: call.path,
    headers: {
      ...call.headers,
      ...(call.body === undefined
        ? {}
        : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(call.body) }),
    },
  };
  return new Promise((resolve, reject) => {
    const outgoing = request(options, (response) => {
      let body = '';
      response.setEncoding('utf8');
      response.on('data', (chunk: string) => (body += chunk));
      response.on('end', () => {
        resolve({ status: response.statusCode ?? 0, body });
      });
      response.on('error', reject);
    });
    outgoing.on('error', reject);
    outgoing.end(call.body);
  });
}

/** Does the operation of number `i`; false when it was answered otherwise than it should have been. */
export type Operation = (i: number) => Promise<boolean>;

/** A closed loop of `clients` for `seconds`: each begins its next operation when the last is done; `i` counts over all. */
export async function closedLoop(clients: number, seconds: number, operation: Operation): Promise<Measured> {
  const latencies: number[] = [];
  let failed = 0;
  let i = 0;
  const started = performance.now();
  const until = started + seconds * 1000;
  const client = async (): Promise<void> => {
    while (performance.now() < until) {
      const begun = performance.now();
      if (await operation(i++)) latencies.push(performance.now() - begun);
      else failed += 1;
    }
  };
  await Promise.all(Array.from({ length: clients }, client));
  const elapsed = (performance.now() - started) / 1000;
  latencies.sort((a, b) => a - b);
  return {
    done: latencies.length,
    failed,
    seconds: elapsed,
    perSecond: latencies.length / elapsed,
    p50: quantile(latencies, 0.5),
    p95: quantile(latencies, 0.95),
    p99: quantile(latencies, 0.99),
  };
}

/**
 * The same with HTTP requests.
 * @param next makes the next request; `i` counts over all clients.
 */
export async function load(
  origin: URL,
  clients: number,
  seconds: number,
  next: (i: number) => Call,
  expected: number,
): Promise<Measured> {
  const agent = new Agent({ keepAlive: true, maxSockets: clients });
  try {
    return await closedLoop(clients, seconds, async (i) => {
      const { status } = await send(agent, origin, next(i));
      return status === expected;
    });
  } finally {
    agent.destroy();
  }
}
