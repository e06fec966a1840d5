import { ServiceContext, ServiceModule } from '@definitivedx/bus';
import { fileKeyProvider } from '@definitivedx/crypto';
import { Module, type DynamicModule } from '@nestjs/common';
import { AccessEvents } from './bus/access-events.js';
import { CaseCommands } from './bus/case-commands.js';
import { CaseEndings } from './bus/case-endings.js';
import { CaseQueries } from './bus/case-queries.js';
import { DiscussionDoor } from './bus/discussion.js';
import { CaseResponsibility } from './bus/case-responsibility.js';
import { FindingDoor } from './bus/finding.js';
import { DraftsDoor } from './bus/drafts.js';
import { PersonalDataDoor } from './bus/personal-data.js';
import type { CasesConfig } from './config.js';
import { SafeguardingDoor } from './bus/safeguarding.js';
import { databaseOptions } from './data/database.js';
import { DraftsContext } from './drafts-context.js';
import { DraftPurge } from './work/draft-purge.js';
import { CaseTimers } from './work/timers.js';

@Module({})
class CasesModule {}

/** The service `cases`: cases and their discussion, and who answers for them. */
export const appModule = (config: CasesConfig): DynamicModule => ({
  module: CasesModule,
  imports: [ServiceModule.register(config, { database: databaseOptions(config.databaseUrl) })],
  controllers: [
    AccessEvents,
    CaseCommands,
    CaseEndings,
    CaseQueries,
    DiscussionDoor,
    CaseResponsibility,
    DraftsDoor,
    FindingDoor,
    PersonalDataDoor,
    SafeguardingDoor,
  ],
  providers: [
    {
      provide: DraftsContext,
      useFactory: async (service: ServiceContext) =>
        new DraftsContext(service, await fileKeyProvider(config.draftsKeyringFile)),
      inject: [ServiceContext],
    },
    {
      provide: DraftPurge,
      useFactory: (service: ServiceContext) => new DraftPurge(service),
      inject: [ServiceContext],
    },
    {
      provide: CaseTimers,
      useFactory: (service: ServiceContext) => new CaseTimers(service),
      inject: [ServiceContext],
    },
  ],
});
