import { Module, type DynamicModule } from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import { DoorGuard } from '@definitivedx/auth';
import { ServiceContext, ServiceModule } from '@definitivedx/bus';
import { fileKeyProvider } from '@definitivedx/crypto';
import { FileRequests } from './bus/file-requests.js';
import { PersonalDataDoor } from './bus/personal-data.js';
import type { FilesConfig, StoreOptions } from './config.js';
import { databaseOptions } from './data/database.js';
import { FilesContext } from './files-context.js';
import { Housekeeping } from './housekeeping.js';
import { FilesController } from './http/files.controller.js';
import { DirectoryStore } from './stores/directory-store.js';
import { S3Store } from './stores/s3-store.js';
import type { Store } from './stores/store.js';

@Module({})
class FilesModule {}

const openStore = (options: StoreOptions): Store =>
  options.kind === 's3' ? new S3Store(options) : new DirectoryStore(options.path);

/** The service as a Nest module. */
export const appModule = (config: FilesConfig): DynamicModule => ({
  module: FilesModule,
  imports: [ServiceModule.register(config, { database: databaseOptions(config.databaseUrl) })],
  controllers: [FileRequests, FilesController, PersonalDataDoor],
  providers: [
    { provide: APP_GUARD, useClass: DoorGuard },
    {
      provide: FilesContext,
      useFactory: async (service: ServiceContext) =>
        new FilesContext(service, openStore(config.store), await fileKeyProvider(config.keyringFile), config),
      inject: [ServiceContext],
    },
    Housekeeping,
  ],
});
