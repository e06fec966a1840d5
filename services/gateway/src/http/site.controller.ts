import { createReadStream } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Controller, Get, Header, Param, Res } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { notFound } from '@definitivedx/errors';
import { Open } from '@definitivedx/auth';
import { Options } from '../config.js';
import { GatewayKeys } from '../sign-in/gateway-keys.js';
import { ApiDocument } from './api-document.js';
import { dataMapPage } from './data-map-page.js';
import { sendChapters, sendPage } from './pages.js';

const assetFolder = dirname(fileURLToPath(import.meta.resolve('swagger-ui-dist/package.json')));
/** The viewer's files that the page below needs, served from here so that reading it calls nobody else. */
const assets: Readonly<Record<string, string>> = {
  'swagger-ui.css': 'text/css; charset=utf-8',
  'swagger-ui-bundle.js': 'text/javascript; charset=utf-8',
};

/** The viewer sets styles by itself and draws its icons from data addresses; scripts stay ours. */
const docsPolicy =
  "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; connect-src 'self'; " +
  "base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

const docsPage = `<!doctype html>
<html lang="en-GB"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>DefinitiveDx API</title><link rel="stylesheet" href="/api/docs/swagger-ui.css"></head>
<body><div id="viewer"></div><script src="/api/docs/swagger-ui-bundle.js"></script><script src="/api/docs/start.js"></script></body></html>`;
const docsScript = `SwaggerUIBundle({ url: '/api/openapi.json', dom_id: '#viewer', deepLinking: true, validatorUrl: null });`;

/** The start page and the API's documentation. */
@ApiExcludeController()
@Open()
@Controller()
export class SiteController {
  constructor(
    private readonly document: ApiDocument,
    private readonly keys: GatewayKeys,
    private readonly options: Options,
  ) {}

  @Get()
  home(@Res() reply: FastifyReply): void {
    sendPage(reply, 200, {
      title: 'DefinitiveDx',
      text: 'Share an anonymised paediatric case with hospital specialists and keep managing the child in primary care.',
      links: [
        ['/auth/sign-in', 'Sign in'],
        ['/api/docs', 'API documentation'],
        ['/data-map', 'What is stored where, why and how long'],
      ],
    });
  }

  @Get('data-map')
  dataMap(@Res() reply: FastifyReply): void {
    sendChapters(reply, dataMapPage(this.options.dataRegions));
  }

  @Get('api/openapi.json')
  @Header('content-type', 'application/json; charset=utf-8')
  openApi(): string {
    return this.document.json;
  }

  /** By these an organisation's issuer knows us. */
  @Get('.well-known/jwks.json')
  @Header('cache-control', 'public, max-age=300')
  jwks(): unknown {
    return this.keys.published;
  }

  @Get('api/docs')
  @Header('content-type', 'text/html; charset=utf-8')
  @Header('content-security-policy', docsPolicy)
  docs(): string {
    return docsPage;
  }

  @Get('api/docs/:asset')
  asset(@Param('asset') asset: string, @Res() reply: FastifyReply): void {
    void reply.header('cache-control', 'public, max-age=3600');
    if (asset === 'start.js') {
      void reply.type('text/javascript; charset=utf-8').send(docsScript);
      return;
    }
    const type = Object.hasOwn(assets, asset) ? assets[asset] : undefined;
    if (type === undefined) throw notFound('file');
    void reply.type(type).send(createReadStream(join(assetFolder, asset)));
  }
}
