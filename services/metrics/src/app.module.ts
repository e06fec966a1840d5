import { Module, type DynamicModule } from '@nestjs/common';
import { ServiceModule, type ServiceConfig } from '@definitivedx/bus';
import { CaseEvents } from './bus/case-events.js';
import { PersonalDataDoor } from './bus/personal-data.js';
import { ReportsDoor } from './bus/reports.js';
import { databaseOptions } from './data/database.js';

@Module({})
class MetricsModule {}

/** The service as a Nest module. */
export const appModule = (config: ServiceConfig): DynamicModule => ({
  module: MetricsModule,
  imports: [ServiceModule.register(config, { database: databaseOptions(config.databaseUrl) })],
  controllers: [CaseEvents, PersonalDataDoor, ReportsDoor],
});
