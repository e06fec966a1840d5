import type { FastifyRequest } from 'fastify';
import { AppError, invalidInput } from '@definitivedx/errors';

/** Bytes of a CSV body at most; as a bus message it must stay under 1 MiB. */
export const csvBodyLimit = 1024 * 1024;

/** The routes that take CSV. */
const takesCsv = new Set(['/api/v1/metrics/baselines']);
const decoder = new TextDecoder('utf-8', { fatal: true });

type Done = (error: Error | null, body?: unknown) => void;

/** Reads a body of `text/csv` as text, a byte order mark left out; the size was limited before. */
export function parseCsv(request: FastifyRequest, body: Buffer, done: Done): void {
  if (!takesCsv.has(request.routeOptions.url ?? '')) {
    done(
      new AppError(
        'unsupported-media-type',
        'Please send JSON, with the header content-type: application/json.',
      ),
    );
    return;
  }
  try {
    done(null, decoder.decode(body));
  } catch {
    done(invalidInput('The file is not text in UTF-8. Please save it as CSV UTF-8 and send it again.'));
  }
}
