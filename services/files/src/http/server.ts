import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyRequest } from 'fastify';
import { Bus, type ServiceOptions } from '@definitivedx/bus';
import type { WithCaller } from '@definitivedx/auth';
import { fileDoor } from '@definitivedx/contracts';

/** Bodies reach the handler unread, and every request's caller is verified as on the bus. */
async function configure(app: NestFastifyApplication): Promise<void> {
  const fastify = app.getHttpAdapter().getInstance();
  const { verifier } = app.get(Bus);
  fastify.removeAllContentTypeParsers();
  fastify.addContentTypeParser('*', (_request, _payload, done) => {
    done(null);
  });
  fastify.addHook('onRequest', async (request: FastifyRequest & WithCaller) => {
    const token = request.headers[fileDoor.headers.caller];
    if (typeof token === 'string') request.caller = await verifier.verify(token);
  });
}

/** How the file door differs from the HTTP side of the other services. Times in milliseconds. */
export const serviceOptions: ServiceOptions = {
  fastify: {
    // An upload may take as long as its sender's line needs, but not stand still.
    requestTimeout: 0,
    connectionTimeout: 60_000,
    exposeHeadRoutes: false,
    routerOptions: { maxParamLength: 100 },
  },
  configure,
};
