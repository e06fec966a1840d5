import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyRequest } from 'fastify';
import type { WithCaller } from '@definitivedx/auth';
import { Bus } from './bus.js';
import type { ServiceOptions } from './service.js';

/**
 * An HTTP side through which the gateway passes bytes on: bodies reach the handler unread, and every request's caller is
 * verified as on the bus. Times in milliseconds.
 * @param callerHeader carries the caller token.
 */
export const byteDoor = (callerHeader: string): ServiceOptions => ({
  fastify: {
    // An upload may take as long as its sender's line needs, but not stand still.
    requestTimeout: 0,
    connectionTimeout: 60_000,
    exposeHeadRoutes: false,
    routerOptions: { maxParamLength: 100 },
  },
  configure: async (app: NestFastifyApplication): Promise<void> => {
    const fastify = app.getHttpAdapter().getInstance();
    const { verifier } = app.get(Bus);
    fastify.removeAllContentTypeParsers();
    fastify.addContentTypeParser('*', (_request, _payload, done) => {
      done(null);
    });
    fastify.addHook('onRequest', async (request: FastifyRequest & WithCaller) => {
      const token = request.headers[callerHeader];
      if (typeof token === 'string') request.caller = await verifier.verify(token);
    });
  },
});
