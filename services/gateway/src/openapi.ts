import 'reflect-metadata';
import { mkdirSync, writeFileSync } from 'node:fs';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { defaultTuning } from '@definitivedx/bus';
import { strictEgress } from '@definitivedx/egress';
import { appModule } from './app.module.js';
import { describeApi } from './http/api-document.js';

// Preview mode reads the controllers and constructs nothing: no database, bus or provider is needed.
const app = await NestFactory.create<NestFastifyApplication>(
  appModule({
    service: 'gateway',
    host: '127.0.0.1',
    port: 0,
    databaseUrl: 'postgres://none',
    databasePoolMax: 2,
    natsUrl: 'none',
    natsSeed: '',
    callerKey: {},
    callerKeys: { keys: [] },
    tuning: defaultTuning,
    publicUrl: new URL('http://localhost'),
    issuer: 'http://localhost',
    clientId: '',
    clientSecret: '',
    acrValues: [],
    keys: [],
    egress: strictEgress,
    allowHttp: false,
    dataRegions: [],
    applicationsPerHour: 1,
    apiAudience: '',
    filesUrl: new URL('http://localhost'),
    accessUrl: new URL('http://localhost'),
    rateLimitPerMinute: 1,
  }),
  new FastifyAdapter(),
  { preview: true, logger: false },
);
const folder = new URL('../../../docs/api/', import.meta.url);
mkdirSync(folder, { recursive: true });
writeFileSync(new URL('openapi.json', folder), `${JSON.stringify(describeApi(app), undefined, 2)}\n`);
process.exit(0);
