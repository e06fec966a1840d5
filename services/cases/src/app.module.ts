import { ServiceContext, ServiceModule, type ServiceConfig } from '@definitivedx/bus';
import { Module, type DynamicModule } from '@nestjs/common';
import { CaseCommands } from './bus/case-commands.js';
import { CaseQueries } from './bus/case-queries.js';
import { DiscussionDoor } from './bus/discussion.js';
import { FindingDoor } from './bus/finding.js';
import { PersonalDataDoor } from './bus/personal-data.js';
import { databaseOptions } from './data/database.js';
import { CaseTimers } from './work/timers.js';

@Module({})
class CasesModule {}

/** The service `cases`: cases and their discussion, and who answers for them. */
export const appModule = (config: ServiceConfig): DynamicModule => ({
  module: CasesModule,
  imports: [ServiceModule.register(config, { database: databaseOptions(config.databaseUrl) })],
  controllers: [CaseCommands, CaseQueries, DiscussionDoor, FindingDoor, PersonalDataDoor],
  providers: [
    {
      provide: CaseTimers,
      useFactory: (service: ServiceContext) => new CaseTimers(service),
      inject: [ServiceContext],
    },
  ],
});
