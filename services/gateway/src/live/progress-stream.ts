import { setTimeout } from 'node:timers/promises';
import type { Writable } from 'node:stream';
import { toAppError, type ErrorCode } from '@definitivedx/errors';

/** How often a thing under way is looked at, in milliseconds. */
const everyMs = 500;
const heartbeatMs = 15_000;
const final: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  'not-signed-in',
  'forbidden',
  'consent-required',
  'not-found',
]);

/** One look: what there is to say, and whether it is the end. */
export interface Look {
  readonly event: string;
  readonly data: object;
  readonly last: boolean;
}

/**
 * Tells how something is getting on, as server-sent events, until it has ended or the client is gone. Each look asks anew, in the
 * name of whom the request stands for by then; a right that ended ends the stream.
 */
export async function streamProgress(out: Writable, look: () => Promise<Look>): Promise<void> {
  let told = '';
  let toldAt = Date.now();
  out.on('error', () => undefined);
  out.write('retry: 3000\n\n');
  while (out.writable) {
    try {
      const { event, data, last } = await look();
      const text = JSON.stringify(data);
      if (text !== told) {
        out.write(`event: ${event}\ndata: ${text}\n\n`);
        told = text;
        toldAt = Date.now();
      }
      if (last) break;
    } catch (error) {
      // What is away for a moment is asked again.
      if (final.has(toAppError(error).code)) break;
    }
    if (Date.now() - toldAt > heartbeatMs) {
      out.write(': still here\n\n');
      toldAt = Date.now();
    }
    await setTimeout(everyMs, undefined, { ref: false });
  }
  out.end();
}
