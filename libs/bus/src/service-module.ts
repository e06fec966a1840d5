import {
  Inject,
  Injectable,
  Module,
  type DynamicModule,
  type OnApplicationBootstrap,
  type OnApplicationShutdown,
} from '@nestjs/common';
import { CallerSigner, CallerVerifier } from '@definitivedx/auth';
import { messagingServices, type ServiceName } from '@definitivedx/contracts';
import { assertMigrated, Database, type DatabaseOptions } from '@definitivedx/db';
import { Bus } from './bus.js';
import { Clock, SystemClock } from './clock.js';
import type { ServiceConfig } from './config.js';
import { connectNats } from './connection.js';
import { ServiceContext } from './context.js';
import { HealthController } from './health-controller.js';
import { OutboxRelay } from './outbox-relay.js';

/** Token of the service's configuration. */
export const SERVICE_CONFIG = Symbol('service configuration');

/** Starts the relay when the service is up, and closes bus and database after everything else has stopped. */
@Injectable()
class Lifecycle implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly relay: OutboxRelay | undefined;

  constructor(
    @Inject(SERVICE_CONFIG) config: ServiceConfig,
    @Inject(Database) private readonly db: Database,
    @Inject(Bus) private readonly bus: Bus,
  ) {
    const messaging = (messagingServices as readonly ServiceName[]).includes(config.service);
    this.relay = messaging ? new OutboxRelay(db, bus) : undefined;
  }

  onApplicationBootstrap(): void {
    this.relay?.start();
  }

  async onApplicationShutdown(): Promise<void> {
    await this.relay?.stop();
    await this.bus.close();
    await this.db.close();
  }
}

/** What every service stands on: its database, the bus, the clock, health, and the outbox relay. */
@Module({})
export class ServiceModule {
  static register(config: ServiceConfig, options: { readonly database: DatabaseOptions }): DynamicModule {
    return {
      module: ServiceModule,
      global: true,
      controllers: [HealthController],
      providers: [
        { provide: SERVICE_CONFIG, useValue: config },
        { provide: Clock, useValue: config.clock ?? new SystemClock() },
        {
          provide: Database,
          useFactory: () => openDatabase({ ...options.database, poolMax: config.databasePoolMax }),
        },
        { provide: Bus, useFactory: () => openBus(config) },
        {
          provide: ServiceContext,
          useFactory: (db: Database, bus: Bus, clock: Clock) => new ServiceContext(db, bus, clock),
          inject: [Database, Bus, Clock],
        },
        Lifecycle,
      ],
      exports: [SERVICE_CONFIG, Clock, Database, Bus, ServiceContext],
    };
  }
}

async function openDatabase(options: DatabaseOptions): Promise<Database> {
  const db = await Database.connect(options);
  await assertMigrated(db, options);
  return db;
}

async function openBus(config: ServiceConfig): Promise<Bus> {
  const connection = await connectNats({
    principal: config.service,
    natsUrl: config.natsUrl,
    natsSeed: config.natsSeed,
  });
  const signer = new CallerSigner(config.service, config.callerKey);
  return new Bus(connection, signer, new CallerVerifier(config.callerKeys), config.tuning.requestTimeoutMs);
}
