import { Module, type DynamicModule } from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import { CallerSigner, DoorGuard } from '@definitivedx/auth';
import { ServiceModule } from '@definitivedx/bus';
import { Options, type GatewayConfig } from './config.js';
import { databaseOptions } from './data/database.js';
import { FileDoor } from './files/file-door.js';
import { Housekeeping } from './housekeeping.js';
import { ApiDocument } from './http/api-document.js';
import { AuditController } from './http/audit.controller.js';
import { Authentication } from './http/authentication.js';
import { CaseCourseController } from './http/case-course.controller.js';
import { CasesController } from './http/cases.controller.js';
import { Commands } from './http/commands.js';
import { ConsentController } from './http/consent.controller.js';
import { DirectoryController } from './http/directory.controller.js';
import { Downloads } from './http/downloads.js';
import { EventsController } from './http/events.controller.js';
import { FilesController } from './http/files.controller.js';
import { HandOversController } from './http/hand-overs.controller.js';
import { MemberController } from './http/member.controller.js';
import { MetricsController } from './http/metrics.controller.js';
import { SignInController } from './http/sign-in.controller.js';
import { SiteController } from './http/site.controller.js';
import { LiveConnections } from './live/live-connections.js';
import { BearerTokens } from './sign-in/bearer-tokens.js';
import { Callers } from './sign-in/callers.js';
import { SignInContext } from './sign-in/context.js';
import { IdentityProvider } from './sign-in/identity-provider.js';
import { Sessions } from './sign-in/sessions.js';
import { SigningKeys } from './sign-in/signing-keys.js';

@Module({})
class GatewayModule {}

/** The only public door. */
export function appModule(config: GatewayConfig): DynamicModule {
  return {
    module: GatewayModule,
    imports: [ServiceModule.register(config, { database: databaseOptions(config.databaseUrl) })],
    controllers: [
      SiteController,
      SignInController,
      MemberController,
      DirectoryController,
      CasesController,
      CaseCourseController,
      HandOversController,
      MetricsController,
      EventsController,
      FilesController,
      AuditController,
      ConsentController,
    ],
    providers: [
      { provide: APP_GUARD, useClass: DoorGuard },
      { provide: Options, useValue: config },
      { provide: CallerSigner, useFactory: () => new CallerSigner('gateway', config.callerKey) },
      ApiDocument,
      Authentication,
      BearerTokens,
      Callers,
      Commands,
      Downloads,
      FileDoor,
      Housekeeping,
      IdentityProvider,
      LiveConnections,
      Sessions,
      SignInContext,
      SigningKeys,
    ],
  };
}
