import type { FastifyRequest } from 'fastify';
import { AppError, invalidInput } from '@definitivedx/errors';

/** The few addresses whose standards have programs send forms. Everywhere else a form could come from any page. */
const formPaths = new Set(['/auth/back-channel-logout']);

type Done = (error: Error | null, body?: unknown) => void;

/** Reads a form's fields, each at most once, as the standards that use them ask. */
export function parseForm(request: unknown, body: Buffer, done: Done): void {
  if (!formPaths.has((request as FastifyRequest).routeOptions.url ?? '')) {
    done(
      new AppError(
        'unsupported-media-type',
        'Please send JSON, with the header content-type: application/json.',
      ),
    );
    return;
  }
  const fields = [...new URLSearchParams(body.toString('utf8'))];
  const names = new Set(fields.map(([name]) => name));
  if (names.size < fields.length || fields.length > 20) {
    done(invalidInput('The form names a field twice, or has too many of them.'));
    return;
  }
  // Without a prototype: a field's name is only ever a field's name.
  done(null, Object.assign(Object.create(null) as object, Object.fromEntries(fields)));
}
