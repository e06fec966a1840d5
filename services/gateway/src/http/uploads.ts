import type { FastifyInstance, FastifyRequest } from 'fastify';
import { RouteConfig } from '@nestjs/platform-fastify';
import { AppError } from '@definitivedx/errors';

/** A route whose body the handler reads itself, as it comes. */
interface Streaming {
  readonly streams?: true;
}

/** Marks a route whose body reaches the handler unread, whatever its size and type. */
export const TakesStream = (): MethodDecorator & ClassDecorator =>
  RouteConfig({ streams: true } satisfies Streaming);

const unparsed = 'application/octet-stream';

const streams = (request: FastifyRequest): boolean =>
  (request.routeOptions.config as Streaming).streams === true;

/**
 * Lets the bodies of `TakesStream` routes pass unread, and every other body be complete within `limitMs`.
 * @param onSlow what becomes of a request whose body is not.
 */
export function addStreams(
  fastify: FastifyInstance,
  { limitMs, onSlow }: { readonly limitMs: number; readonly onSlow: (request: FastifyRequest) => void },
): void {
  fastify.addContentTypeParser(unparsed, (request, _payload, done) => {
    done(streams(request) ? null : notJson());
  });
  fastify.addHook('onRequest', async (request, reply) => {
    if (streams(request)) {
      // A parser is chosen by this header. What a file is, its bytes say.
      request.raw.headers['content-type'] = unparsed;
      return;
    }
    if (request.raw.complete) return;
    const timer = setTimeout(() => {
      if (!request.raw.complete) onSlow(request);
    }, limitMs);
    const stop = (): void => {
      clearTimeout(timer);
    };
    request.raw.once('end', stop).once('close', stop);
    reply.raw.once('close', stop);
  });
}

const notJson = (): AppError =>
  new AppError('unsupported-media-type', 'Please send JSON, with the header content-type: application/json.');
