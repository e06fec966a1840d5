import type { FastifyReply } from 'fastify';
import { scimTypePath } from '@definitivedx/contracts';
import { statusOf, type AppError } from '@definitivedx/errors';
import { errorSchema } from './discovery.js';

export const scimMediaType = 'application/scim+json; charset=utf-8';

/** RFC 7644, section 3.12. The detail keyword of a 400 or 409 comes with the refusal, or says that a value is wrong. */
export function scimError(error: AppError): object {
  const status = statusOf[error.code];
  const named = error.issues?.find((issue) => issue.path === scimTypePath)?.message;
  const scimType = named ?? (error.code === 'invalid-input' ? 'invalidValue' : undefined);
  const where =
    error.issues?.filter((issue) => issue.path !== scimTypePath && issue.message !== error.message) ?? [];
  const detail = [error.message, ...where.map(({ path, message }) => `${path}: ${message}`)].join(' ');
  return {
    schemas: [errorSchema],
    status: String(status),
    ...(scimType && { scimType }),
    detail,
  };
}

/** Sends an error of a SCIM address. */
export function sendScimError(reply: FastifyReply, error: AppError): void {
  if (error.retryAfterSeconds !== undefined)
    void reply.header('retry-after', String(error.retryAfterSeconds));
  void reply
    .status(statusOf[error.code])
    .header('content-type', scimMediaType)
    .header('cache-control', 'no-store')
    .send(JSON.stringify(scimError(error)));
}
