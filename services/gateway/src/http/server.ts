import fastifyCookie from '@fastify/cookie';
import fastifyHelmet from '@fastify/helmet';
import fastifyRateLimit from '@fastify/rate-limit';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Socket } from 'node:net';
import { AppError, forbidden, invalidInput, toProblem } from '@definitivedx/errors';
import { actorIdOf } from '@definitivedx/auth';
import { sendProblem, type SaysErrors, type ServiceOptions } from '@definitivedx/bus';
import { currentTraceId } from '@definitivedx/telemetry';
import { Options } from '../config.js';
import { isFromOwnPages } from '../domain/same-site.js';
import { sendScimError } from '../scim/errors.js';
import { TokenRefused } from '../sign-in/bearer-tokens.js';
import { ApiDocument } from './api-document.js';
import { Authentication } from './authentication.js';
import { clearCookie, sessionCookie } from './cookies.js';
import { csvBodyLimit, parseCsv } from './csv-parser.js';
import { formBodyLimit, parseForm } from './form-parser.js';
import { parseJson } from './json-parser.js';
import { SchemaPipe } from './schema-pipe.js';
import { addStreams } from './uploads.js';

/** Bytes of a request body at most, but of a file's. */
export const bodyLimit = 256 * 1024;

const apiPath = '/api/v1/';
const scimPath = '/scim/v2/';
/** A directory brings thousands of members in a row: it may ask so many times as often as others. */
const scimFactor = 5;
const applicationsPath = '/api/v1/applications';
/** A request must be complete within this, in milliseconds; an upload takes as long as its sender's line needs. */
const requestLimitMs = 30_000;
const unlimited = new Set(['/healthz', '/readyz']);

/** Limits that hold before any code of ours runs. Times in milliseconds, sizes in bytes. */
const limits: NonNullable<ServiceOptions['fastify']> = {
  bodyLimit,
  // A quiet event stream sends a heartbeat every 15 s, well within this.
  connectionTimeout: 60_000,
  // Of Node, which knows no routes; `addStreams` limits all that are no uploads.
  requestTimeout: 0,
  keepAliveTimeout: 72_000,
  // Path parameters are UUIDs and names of a few assets.
  routerOptions: { maxParamLength: 100 },
  // While it drains, what still comes on an open connection is answered too, by us: Fastify's own 503 is no problem document.
  return503OnClosing: false,
  // A HEAD of the event stream would open one.
  exposeHeadRoutes: false,
  http: { maxHeaderSize: 16 * 1024, headersTimeout: 10_000 },
  // The router answers these before any hook or filter could.
  frameworkErrors: (_error, _request, reply) => {
    sendProblem(reply as unknown as FastifyReply, unreadable());
  },
  clientErrorHandler: refuseUnreadable,
};

/** Sets up parsers, cookies, security headers, authentication, rate limit; in this order, before any route. */
async function configure(app: NestFastifyApplication): Promise<void> {
  const options = app.get(Options);
  const authentication = app.get(Authentication);
  app.useGlobalPipes(new SchemaPipe());

  const fastify = app.getHttpAdapter().getInstance();
  fastify.removeAllContentTypeParsers();
  app.useBodyParser('application/json', { bodyLimit }, parseJson);
  app.useBodyParser('application/scim+json', { bodyLimit }, parseJson);
  app.useBodyParser('text/csv', { bodyLimit: csvBodyLimit }, parseCsv);
  // Nest would add a parser of its own for forms.
  app.useBodyParser('application/x-www-form-urlencoded', { bodyLimit: formBodyLimit }, parseForm);

  addStreams(fastify, {
    limitMs: requestLimitMs,
    onSlow: ({ raw }) => {
      refuseUnreadable(new Error('the request is too slow'), raw.socket);
    },
  });
  fastify.addHook('onSend', async (request, reply) => {
    addCommonHeaders(request, reply);
    // While draining: a connection kept alive would be waited for.
    if (!fastify.server.listening) void reply.header('connection', 'close');
  });
  // Awaited, so that their hooks run before the ones below.
  await app.register(fastifyCookie);
  await app.register(fastifyHelmet, securityHeaders(options.publicUrl.protocol === 'https:'));

  fastify.addHook('onRequest', async (request: FastifyRequest & SaysErrors, reply) => {
    if (isScim(request)) request.sayError = sendScimError;
    refuseForeignPages(request, options.publicUrl.origin);
    const { url } = request.routeOptions;
    if (url?.startsWith(apiPath) || url?.startsWith(scimPath))
      await authenticate(authentication, request, reply);
  });
  // An open door that has us ask addresses of the applicant's: a person at a keyboard needs it a few times.
  fastify.addHook('onRoute', (route) => {
    if (route.url !== applicationsPath || route.method !== 'POST') return;
    const rateLimit = { max: options.applicationsPerHour, timeWindow: 60 * 60_000 };
    route.config = { ...route.config, rateLimit };
  });
  await app.register(fastifyRateLimit, {
    max: (request) => options.rateLimitPerMinute * (isScim(request) ? scimFactor : 1),
    timeWindow: 60_000,
    allowList: (request) => unlimited.has(request.url),
    keyGenerator: (request) => {
      const { caller, ip } = request;
      const who = caller && caller.kind !== 'service' ? actorIdOf(caller) : ip;
      return isScim(request) ? `scim ${who}` : who;
    },
    errorResponseBuilder: (_request, { ttl }) =>
      new AppError('rate-limited', 'Too many requests. Please wait a moment and try again.', {
        retryAfterSeconds: Math.max(1, Math.ceil(ttl / 1000)),
      }),
  });
  ApiDocument.write(app);
}

const isScim = (request: Pick<FastifyRequest, 'url'>): boolean => request.url.startsWith(scimPath);

/** How the gateway's HTTP server differs from that of the other services. */
export const serviceOptions: ServiceOptions = { fastify: limits, configure };

async function authenticate(
  authentication: Authentication,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<void> {
  try {
    const program = await authentication.programOf(request);
    if (program) {
      Object.assign(request, { caller: program });
      return;
    }
    const known = await authentication.of(request);
    if (known) Object.assign(request, { known, caller: known.caller });
  } catch (error) {
    if (error instanceof TokenRefused) void reply.header('www-authenticate', `Bearer ${error.challenge}`);
    else if (error instanceof AppError && error.code === 'not-signed-in') clearCookie(reply, sessionCookie);
    throw error;
  }
}

/** Cookies travel with requests that other sites cause; a header such as Authorization does not. */
function refuseForeignPages(request: FastifyRequest, ownOrigin: string): void {
  const { authorization, origin, 'sec-fetch-site': fetchSite } = request.headers;
  if (authorization !== undefined || request.cookies[sessionCookie.name] === undefined) return;
  const site = Array.isArray(fetchSite) ? fetchSite.join() : fetchSite;
  if (!isFromOwnPages({ method: request.method, origin, fetchSite: site }, ownOrigin)) {
    throw forbidden('This request did not come from a page of DefinitiveDx, so it was not carried out.');
  }
}

function addCommonHeaders(request: FastifyRequest, reply: FastifyReply): void {
  const traceId = currentTraceId();
  if (traceId) void reply.header('x-trace-id', traceId);
  if (request.url.startsWith('/api/v1') || isScim(request)) void reply.header('cache-control', 'no-store');
  if (reply.statusCode === 401 && !reply.hasHeader('www-authenticate'))
    void reply.header('www-authenticate', 'Bearer');
}

const securityHeaders = (https: boolean) => ({
  contentSecurityPolicy: {
    useDefaults: false,
    directives: {
      defaultSrc: ["'none'"],
      baseUri: ["'none'"],
      formAction: ["'self'"],
      frameAncestors: ["'none'"],
    },
  },
  strictTransportSecurity: https ? { maxAge: 365 * 24 * 60 * 60, includeSubDomains: true } : false,
  referrerPolicy: { policy: 'no-referrer' as const },
  xFrameOptions: { action: 'deny' as const },
});

const unreadable = (): AppError => invalidInput('The request cannot be understood. Please check its syntax.');

/** What is not even HTTP, or too slow or too large in its headers, gets a problem document too. */
function refuseUnreadable(error: Error & { code?: string }, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return;
  }
  const tooLarge = error.code === 'HPE_HEADER_OVERFLOW';
  const body = JSON.stringify(
    toProblem(
      tooLarge
        ? new AppError('payload-too-large', 'The request headers are too large. Please send less.')
        : unreadable(),
    ),
  );
  socket.end(
    `HTTP/1.1 ${tooLarge ? '413 Payload Too Large' : '400 Bad Request'}\r\ncontent-type: application/problem+json; charset=utf-8\r\n` +
      `content-length: ${String(Buffer.byteLength(body))}\r\ncache-control: no-store\r\nconnection: close\r\n\r\n${body}`,
  );
}
