import { Injectable, type INestApplicationContext } from '@nestjs/common';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { DocumentBuilder, SwaggerModule, type OpenAPIObject } from '@nestjs/swagger';
import { errorCodes } from '@definitivedx/errors';
import { sessionCookie } from './cookies.js';

const problem = {
  type: 'object',
  description:
    'RFC 9457. Decide on `code`; show `detail` to people; quote `traceId` when reporting a failure.',
  required: ['type', 'title', 'status', 'detail', 'code'],
  properties: {
    type: { type: 'string', description: 'urn:definitivedx:problem:<code>' },
    title: { type: 'string' },
    status: { type: 'integer' },
    detail: { type: 'string', description: 'A sentence that says what to do.' },
    code: { type: 'string', enum: [...errorCodes] },
    issues: {
      type: 'array',
      items: {
        type: 'object',
        required: ['path', 'message'],
        properties: { path: { type: 'string' }, message: { type: 'string' } },
      },
    },
    retryAfterSeconds: { type: 'number' },
    traceId: { type: 'string' },
  },
};

/** Builds the OpenAPI document from the controllers; nothing needs to be connected. */
export function describeApi(app: NestFastifyApplication): OpenAPIObject {
  const about = new DocumentBuilder()
    .setTitle('DefinitiveDx')
    .setDescription(
      'Advice & Guidance for paediatrics. Every error is an RFC 9457 problem document. ' +
        'Programs send an access token of the identity provider; the web page uses the session cookie.',
    )
    .setVersion('1')
    .setOpenAPIVersion('3.0.3')
    .addBearerAuth({ type: 'http', scheme: 'bearer', bearerFormat: 'JWT' })
    .addCookieAuth(sessionCookie.name)
    .build();
  const document = SwaggerModule.createDocument(app, about, {
    operationIdFactory: (controller, method) =>
      `${controller.replace(/Controller$/, '').toLowerCase()}.${method}`,
  });
  // Health is for orchestrators; it is no part of the API.
  for (const path of ['/healthz', '/readyz']) Reflect.deleteProperty(document.paths, path);
  allowNull(document.paths);
  document.components = {
    ...document.components,
    schemas: { ...document.components?.schemas, Problem: problem },
  };
  return document;
}

/** OpenAPI 3.0 takes null for one of an enumeration only where it is listed, whatever `nullable` says beside it. */
function allowNull(node: unknown): void {
  if (typeof node !== 'object' || node === null) return;
  const { nullable, enum: values } = node as { nullable?: unknown; enum?: unknown };
  if (nullable === true && Array.isArray(values) && !values.includes(null)) values.push(null);
  for (const part of Object.values(node)) allowNull(part);
}

/** The document as served, written once. */
@Injectable()
export class ApiDocument {
  private written = '{}';

  get json(): string {
    return this.written;
  }

  static write(app: NestFastifyApplication & INestApplicationContext): void {
    app.get(ApiDocument).written = JSON.stringify(describeApi(app));
  }
}
