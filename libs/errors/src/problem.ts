import type { AppError, ErrorCode, WireError } from './app-error.js';

/** HTTP status of each code. Only HTTP doors read this; services and the bus speak codes. */
export const statusOf: Readonly<Record<ErrorCode, number>> = {
  'invalid-input': 400,
  'not-signed-in': 401,
  forbidden: 403,
  'consent-required': 403,
  'not-found': 404,
  conflict: 409,
  emergency: 409,
  'command-in-flight': 409,
  'version-mismatch': 412,
  'payload-too-large': 413,
  'range-not-satisfiable': 416,
  'unsupported-media-type': 415,
  'idempotency-key-reused': 422,
  'rate-limited': 429,
  unavailable: 503,
  internal: 500,
};

const titleOf: Readonly<Record<ErrorCode, string>> = {
  'invalid-input': 'The request cannot be understood',
  'not-signed-in': 'Sign in first',
  forbidden: 'Not allowed',
  'consent-required': 'Consent needed',
  'not-found': 'Not found',
  conflict: 'In conflict with the present state',
  emergency: 'This needs a telephone call',
  'command-in-flight': 'The same request is still being carried out',
  'version-mismatch': 'Changed in the meantime',
  'payload-too-large': 'Too large',
  'range-not-satisfiable': 'Not within the file',
  'unsupported-media-type': 'Content type not supported',
  'idempotency-key-reused': 'Idempotency key used for something else',
  'rate-limited': 'Too many requests',
  unavailable: 'Temporarily unavailable',
  internal: 'Internal error',
};

/** RFC 9457 problem document. `traceId` lets a user report a failure without describing it. */
export interface Problem extends Omit<WireError, 'message'> {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  readonly traceId?: string;
}

/** Builds the RFC 9457 document of an error. */
export function toProblem(error: AppError, traceId?: string): Problem {
  const { message, ...rest } = error.toWire();
  return {
    type: `urn:definitivedx:problem:${error.code}`,
    title: titleOf[error.code],
    status: statusOf[error.code],
    detail: message,
    ...rest,
    ...(traceId ? { traceId } : {}),
  };
}
