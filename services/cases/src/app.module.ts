import { ServiceContext, ServiceModule, type ServiceConfig } from '@definitivedx/bus';
import { Module, type DynamicModule } from '@nestjs/common';
import { AccessEvents } from './bus/access-events.js';
import { CaseCommands } from './bus/case-commands.js';
import { CaseQueries } from './bus/case-queries.js';
import { CaseResponsibility } from './bus/case-responsibility.js';
import { PersonalDataDoor } from './bus/personal-data.js';
import { databaseOptions } from './data/database.js';
import { CaseTimers } from './work/timers.js';

@Module({})
class CasesModule {}

/** The service `cases`: cases and their discussion, and who answers for them. */
export const appModule = (config: ServiceConfig): DynamicModule => ({
  module: CasesModule,
  imports: [ServiceModule.register(config, { database: databaseOptions(config.databaseUrl) })],
  controllers: [AccessEvents, CaseCommands, CaseQueries, CaseResponsibility, PersonalDataDoor],
  providers: [
    {
      provide: CaseTimers,
      useFactory: (service: ServiceContext) => new CaseTimers(service),
      inject: [ServiceContext],
    },
  ],
});
