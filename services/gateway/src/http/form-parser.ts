import type { FastifyRequest } from 'fastify';
import { AppError, invalidInput } from '@definitivedx/errors';

/** Bytes of a form at most: a proof and a few words. */
export const formBodyLimit = 16 * 1024;

/** The one route that takes a form, as OAuth wants it. */
const takesForms = new Set(['/oauth/token']);
const decoder = new TextDecoder('utf-8', { fatal: true });

type Done = (error: Error | null, body?: unknown) => void;

/** Reads a form; everywhere else it is refused, which also keeps other sites' forms out. */
export function parseForm(request: FastifyRequest, body: Buffer, done: Done): void {
  if (!takesForms.has(request.routeOptions.url ?? '')) {
    done(
      new AppError(
        'unsupported-media-type',
        'Please send JSON, with the header content-type: application/json.',
      ),
    );
    return;
  }
  try {
    done(null, new URLSearchParams(decoder.decode(body)));
  } catch {
    done(invalidInput('The form is not text in UTF-8.'));
  }
}
