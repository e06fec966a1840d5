import { Module, type DynamicModule } from '@nestjs/common';
import { ServiceModule, type ServiceConfig } from '@definitivedx/bus';
import { ApplicationsDoor } from './bus/applications.js';
import { DirectoryDoor } from './bus/directory.js';
import { GovernanceDoor } from './bus/governance.js';
import { GrantsDoor } from './bus/grants.js';
import { IdentityDoor } from './bus/identity.js';
import { IssuersDoor } from './bus/issuers.js';
import { databaseOptions } from './data/database.js';

@Module({})
class AppModule {}

/** The access service: the only decider of who may see a case. */
export const appModule = (config: ServiceConfig): DynamicModule => ({
  module: AppModule,
  imports: [ServiceModule.register(config, { database: databaseOptions(config.databaseUrl) })],
  controllers: [GrantsDoor, GovernanceDoor, DirectoryDoor, IdentityDoor, IssuersDoor, ApplicationsDoor],
});
