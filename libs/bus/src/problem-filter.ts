import { Catch, HttpException, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { throwError, type Observable } from 'rxjs';
import { AppError, statusOf, toAppError, toProblem, type ErrorCode } from '@definitivedx/errors';
import { createLog, currentTraceId } from '@definitivedx/telemetry';

const log = createLog('http');

const codeOfStatus: Readonly<Record<number, ErrorCode>> = {
  400: 'invalid-input',
  401: 'not-signed-in',
  403: 'forbidden',
  404: 'not-found',
  409: 'conflict',
  413: 'payload-too-large',
  414: 'payload-too-large',
  415: 'unsupported-media-type',
  429: 'rate-limited',
  431: 'payload-too-large',
  503: 'unavailable',
};

/** Says every error at an HTTP door as RFC 9457; on the bus it lets errors through to the transport, which says them. */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  catch(thrown: unknown, host: ArgumentsHost): Observable<never> | undefined {
    if (host.getType() !== 'http') return throwError(() => thrown);
    sendProblem(host.switchToHttp().getResponse<FastifyReply>(), thrown);
    return undefined;
  }
}

/** How some addresses say errors instead, where another standard has its own form. */
export interface SaysErrors {
  sayError?: (reply: FastifyReply, error: AppError) => void;
}

/** Answers with the problem document of whatever was thrown. */
export function sendProblem(reply: FastifyReply, thrown: unknown): void {
  const error = fromHttp(thrown);
  const status = statusOf[error.code];
  if (status >= 500) log.error('request-failed', { status, error });
  // The router answers some before there is a request with a route.
  const { sayError } = (reply.request ?? {}) as SaysErrors;
  if (sayError) {
    sayError(reply, error);
    return;
  }
  if (error.retryAfterSeconds !== undefined)
    void reply.header('retry-after', String(error.retryAfterSeconds));
  void reply
    .status(status)
    .header('content-type', 'application/problem+json; charset=utf-8')
    .header('cache-control', 'no-store')
    .send(JSON.stringify(toProblem(error, currentTraceId())));
}

const sentences: Partial<Record<ErrorCode, string>> = {
  'not-found': 'There is nothing at this address. See /api/docs for what there is.',
  'payload-too-large': 'The request is too large. Please send less at once.',
  'unsupported-media-type': 'Please send JSON, with the header content-type: application/json.',
  'rate-limited': 'Too many requests. Please wait a moment and try again.',
};

/** Nest's and Fastify's own errors by their status; their wording may quote the input, so it is not passed on. */
function fromHttp(thrown: unknown): AppError {
  if (thrown instanceof AppError) return thrown;
  const status = thrown instanceof HttpException ? thrown.getStatus() : statusCodeOf(thrown);
  const code =
    status === undefined ? undefined : (codeOfStatus[status] ?? (status < 500 ? 'invalid-input' : undefined));
  if (!code) return toAppError(thrown);
  return new AppError(code, sentences[code] ?? 'The request cannot be understood. Please check its syntax.', {
    cause: thrown,
  });
}

const statusCodeOf = (thrown: unknown): number | undefined =>
  typeof thrown === 'object' &&
  thrown !== null &&
  'statusCode' in thrown &&
  typeof thrown.statusCode === 'number'
    ? thrown.statusCode
    : undefined;
