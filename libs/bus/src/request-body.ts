import type { IncomingMessage } from 'node:http';
import { PassThrough, type Readable } from 'node:stream';
import { invalidInput } from '@definitivedx/errors';

/** How long the rest of a body that nobody wants is still read, in milliseconds: long enough for the sender to see the answer. */
const lingerMs = 5_000;

/**
 * A request's body as a stream that can be given up: destroying it does not hang up on the sender, who would then never see
 * the answer that says why. Its error is `invalid-input` when the sender breaks off.
 */
export function bodyOf(request: IncomingMessage): Readable {
  const body = new PassThrough({ highWaterMark: 256 * 1024 });
  request.pipe(body);
  const brokenOff = (): void => {
    if (!request.readableEnded) body.destroy(invalidInput('The upload was broken off. Please try again.'));
  };
  request.once('error', brokenOff).once('close', brokenOff);
  body.once('error', () => undefined);
  body.once('close', () => {
    if (request.readableEnded || request.destroyed) return;
    request.unpipe(body);
    request.resume();
    const timer = setTimeout(() => request.destroy(), lingerMs);
    request.once('close', () => {
      clearTimeout(timer);
    });
  });
  return body;
}
