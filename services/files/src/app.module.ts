import { Module, type DynamicModule } from '@nestjs/common';
import { ServiceModule, type ServiceConfig } from '@definitivedx/bus';
import { databaseOptions } from './data/database.js';

@Module({})
class FilesModule {}

/** The service as a Nest module: it boots, reports its health and owns a database. */
export const appModule = (config: ServiceConfig): DynamicModule => ({
  module: FilesModule,
  imports: [ServiceModule.register(config, { database: databaseOptions(config.databaseUrl) })],
});
