import 'reflect-metadata';
import type { DynamicModule } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { migrate, type DatabaseOptions } from '@definitivedx/db';
import type { ServiceName } from '@definitivedx/contracts';
import { createLog, NestLogger, shutdownTelemetry } from '@definitivedx/telemetry';
import { BusServer } from './bus-server.js';
import { databaseEnv, databaseUrlOf, parseEnv, type ServiceConfig } from './config.js';
import { ServiceContext } from './context.js';
import { drainOf } from './drain.js';
import { ProblemFilter } from './problem-filter.js';

const log = createLog('service');

/** Longest time a service takes to finish what it has in hand after SIGTERM; the orchestrator's grace is longer. */
const shutdownLimitMs = 25_000;

export interface RunningService {
  readonly app: NestFastifyApplication;
  /** http://host:port of its HTTP door */
  readonly url: string;
  /** Finishes what is in hand, then disconnects. */
  close(): Promise<void>;
}

export interface ServiceOptions {
  /** Fastify's own options, for the gateway. */
  readonly fastify?: ConstructorParameters<typeof FastifyAdapter>[0];
  /** Hooks and plugins to set up before listening. */
  readonly configure?: (app: NestFastifyApplication) => Promise<void>;
}

/** Starts a service: HTTP door, bus handlers, relay. Resolves once it serves. @throws Error when it cannot serve. */
export async function openService<C extends ServiceConfig>(
  config: C,
  appModule: (config: C) => DynamicModule,
  options: ServiceOptions = {},
): Promise<RunningService> {
  const app = await NestFactory.create<NestFastifyApplication>(
    appModule(config),
    new FastifyAdapter(options.fastify ?? { bodyLimit: 64 * 1024 }),
    { logger: new NestLogger(), abortOnError: false },
  );
  app.useGlobalFilters(new ProblemFilter());
  const fastify = app.getHttpAdapter().getInstance();
  const drain = drainOf(fastify.server);
  fastify.addHook('preClose', async () => {
    drain();
  });
  const server = new BusServer(config.service, app.get(ServiceContext), config.tuning);
  app.connectMicroservice({ strategy: server }, { inheritAppConfig: true });
  await options.configure?.(app);
  await app.startAllMicroservices();
  await app.listen(config.port, config.host);
  let closed: Promise<void> | undefined;
  return { app, url: await app.getUrl(), close: () => (closed ??= app.close()) };
}

/** The whole life of a service's program: starts it, drains it on SIGTERM or Ctrl-C, and ends the process. */
export async function startService<C extends ServiceConfig>(
  config: C,
  appModule: (config: C) => DynamicModule,
  options: ServiceOptions = {},
): Promise<void> {
  const service = await openService(config, appModule, options);
  log.info('started', { service: config.service });
  let stopping = false;
  const stop = (): void => {
    if (stopping) return;
    stopping = true;
    setTimeout(() => process.exit(1), shutdownLimitMs).unref();
    void service
      .close()
      .then(shutdownTelemetry)
      .then(
        () => process.exit(0),
        (error: unknown) => {
          log.error('stop-failed', { error });
          process.exit(1);
        },
      );
  };
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);
}

/** Runs a program's main function; a failure to start is one clear line and exit code 1. */
export async function runProgram(main: () => Promise<void>): Promise<void> {
  try {
    await main();
  } catch (error) {
    log.error('start-failed', { error });
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exit(1);
  }
}

/** The migrate program of a service: applies what is pending in its database. */
export async function migrateService(
  service: ServiceName,
  options: (url: string) => DatabaseOptions,
): Promise<void> {
  const url = databaseUrlOf(parseEnv(databaseEnv));
  log.info('migrated', { service, applied: await migrate(options(url)) });
}
