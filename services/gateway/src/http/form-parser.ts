import type { FastifyRequest } from 'fastify';
import { AppError, invalidInput, toAppError } from '@definitivedx/errors';

/** Bytes of a form at most: a proof and a few words. */
export const formBodyLimit = 16 * 1024;

/**
 * The few addresses whose standards have programs send forms; everywhere else a form could come from any page. The
 * token endpoint has refusals of its own for a field that is there twice, and so reads the form itself.
 */
const formPaths: Readonly<Record<string, (form: URLSearchParams) => unknown>> = {
  '/auth/back-channel-logout': fieldsOf,
  '/oauth/token': (form) => form,
};
const mostFields = 20;
const decoder = new TextDecoder('utf-8', { fatal: true });

type Done = (error: Error | null, body?: unknown) => void;

/** Reads a form, whose fields the standards that use one want at most once each. */
export function parseForm(request: unknown, body: Buffer, done: Done): void {
  const read = formPaths[(request as FastifyRequest).routeOptions.url ?? ''];
  if (!read) {
    done(
      new AppError(
        'unsupported-media-type',
        'Please send JSON, with the header content-type: application/json.',
      ),
    );
    return;
  }
  try {
    done(null, read(new URLSearchParams(textOf(body))));
  } catch (error) {
    done(toAppError(error));
  }
}

function textOf(body: Buffer): string {
  try {
    return decoder.decode(body);
  } catch {
    throw invalidInput('The form is not text in UTF-8.');
  }
}

/** The fields of a form. @throws AppError `invalid-input` when one is there twice */
function fieldsOf(form: URLSearchParams): Readonly<Record<string, string>> {
  const fields = [...form];
  if (new Set(fields.map(([name]) => name)).size < fields.length || fields.length > mostFields) {
    throw invalidInput('The form names a field twice, or has too many of them.');
  }
  // Without a prototype: a field's name is only ever a field's name.
  return Object.assign(Object.create(null) as Record<string, string>, Object.fromEntries(fields));
}
