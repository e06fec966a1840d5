import { Module, type DynamicModule } from '@nestjs/common';
import { ServiceModule } from '@definitivedx/bus';
import { Egress, strictEgress } from '@definitivedx/egress';
import { ClientsDoor } from './bus/clients.js';
import { DirectoryDoor } from './bus/directory.js';
import { GrantsDoor } from './bus/grants.js';
import { IdentityDoor } from './bus/identity.js';
import { ClientsContext } from './clients-context.js';
import type { AccessConfig } from './config.js';
import { databaseOptions } from './data/database.js';
import { KeyFetcher } from './work/key-fetcher.js';

@Module({})
class AppModule {}

/** The access service: the only decider of who may see a case. */
export const appModule = (config: AccessConfig): DynamicModule => ({
  module: AppModule,
  imports: [ServiceModule.register(config, { database: databaseOptions(config.databaseUrl) })],
  controllers: [ClientsDoor, GrantsDoor, DirectoryDoor, IdentityDoor],
  providers: [
    { provide: Egress, useFactory: () => new Egress(config.egress ?? strictEgress) },
    ClientsContext,
    KeyFetcher,
  ],
});
