import { Module, type DynamicModule } from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import { DoorGuard } from '@definitivedx/auth';
import { ServiceModule } from '@definitivedx/bus';
import { AdministrationDoor } from './bus/administration.js';
import { DirectoryDoor } from './bus/directory.js';
import { GrantsDoor } from './bus/grants.js';
import { IdentityDoor } from './bus/identity.js';
import { ImportsDoor } from './bus/imports.js';
import { ScimDoor } from './bus/scim.js';
import { AccessOptions, defaultImportMaxBytes, type AccessConfig } from './config.js';
import { databaseOptions } from './data/database.js';
import { ImportsController } from './http/imports.controller.js';
import { ImportWorker } from './work/import-worker.js';

@Module({})
class AppModule {}

/** The access service: the only decider of who may see a case. */
export const appModule = (config: AccessConfig): DynamicModule => ({
  module: AppModule,
  imports: [ServiceModule.register(config, { database: databaseOptions(config.databaseUrl) })],
  controllers: [
    AdministrationDoor,
    DirectoryDoor,
    GrantsDoor,
    IdentityDoor,
    ImportsController,
    ImportsDoor,
    ScimDoor,
  ],
  providers: [
    { provide: APP_GUARD, useClass: DoorGuard },
    {
      provide: AccessOptions,
      useValue: { importMaxBytes: config.importMaxBytes ?? defaultImportMaxBytes },
    },
    ImportWorker,
  ],
});
