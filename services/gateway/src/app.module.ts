import { Module, type DynamicModule } from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import { CallerSigner, DoorGuard } from '@definitivedx/auth';
import { ServiceModule } from '@definitivedx/bus';
import { Options, type GatewayConfig } from './config.js';
import { databaseOptions } from './data/database.js';
import { FileDoor } from './files/file-door.js';
import { Housekeeping } from './housekeeping.js';
import { ImportDoor } from './doors/import-door.js';
import { AccountsController } from './http/accounts.controller.js';
import { ApiDocument } from './http/api-document.js';
import { AuditController } from './http/audit.controller.js';
import { AskingController } from './http/asking.controller.js';
import { AudienceController } from './http/audience.controller.js';
import { ApplicationsController } from './http/applications.controller.js';
import { Authentication } from './http/authentication.js';
import { CaseEndingsController } from './http/case-endings.controller.js';
import { CaseCourseController } from './http/case-course.controller.js';
import { CaseResponsibilityController } from './http/case-responsibility.controller.js';
import { CaseDocumentsController } from './http/case-documents.controller.js';
import { CasesController } from './http/cases.controller.js';
import { DiscussionController } from './http/discussion.controller.js';
import { ClientsController } from './http/clients.controller.js';
import { Commands } from './http/commands.js';
import { ConformanceController } from './http/conformance.controller.js';
import { ConsentController } from './http/consent.controller.js';
import { DirectoryController } from './http/directory.controller.js';
import { Downloads } from './http/downloads.js';
import { DraftsController } from './http/drafts.controller.js';
import { EventsController } from './http/events.controller.js';
import { ExportController } from './http/export.controller.js';
import { FindingController } from './http/finding.controller.js';
import { FilesController } from './http/files.controller.js';
import { HandOversController } from './http/hand-overs.controller.js';
import { LeavingController } from './http/leaving.controller.js';
import { MemberController } from './http/member.controller.js';
import { LearningController } from './http/learning.controller.js';
import { MemberImportsController } from './http/member-imports.controller.js';
import { MetricsController } from './http/metrics.controller.js';
import { OrganisationMembersController } from './http/organisation-members.controller.js';
import { OrganisationPanelsController } from './http/organisation-panels.controller.js';
import { FlagsController, LocalContactsController } from './http/safeguarding.controller.js';
import { ScimController } from './http/scim.controller.js';
import { PersonalDataController } from './http/personal-data.controller.js';
import { OnCallController } from './http/on-call.controller.js';
import { OrganisationController } from './http/organisation.controller.js';
import { OAuthController } from './http/oauth.controller.js';
import { SignInController } from './http/sign-in.controller.js';
import { SiteController } from './http/site.controller.js';
import { WebhooksController } from './http/webhooks.controller.js';
import { LiveConnections } from './live/live-connections.js';
import { BearerTokens } from './sign-in/bearer-tokens.js';
import { Callers } from './sign-in/callers.js';
import { ClientTokens } from './sign-in/client-tokens.js';
import { SignInContext } from './sign-in/context.js';
import { GatewayKeys } from './sign-in/gateway-keys.js';
import { Issuers } from './sign-in/issuers.js';
import { Sessions } from './sign-in/sessions.js';

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
      ApplicationsController,
      DirectoryController,
      FindingController,
      AskingController,
      DraftsController,
      CasesController,
      AudienceController,
      CaseCourseController,
      DiscussionController,
      CaseResponsibilityController,
      CaseDocumentsController,
      CaseEndingsController,
      FlagsController,
      LearningController,
      LocalContactsController,
      HandOversController,
      MetricsController,
      OrganisationController,
      OnCallController,
      EventsController,
      FilesController,
      AuditController,
      ConsentController,
      PersonalDataController,
      // Before the members, whose addresses have an id where this one has `imports`.
      MemberImportsController,
      OrganisationMembersController,
      OrganisationPanelsController,
      AccountsController,
      ScimController,
      OAuthController,
      ClientsController,
      WebhooksController,
      ConformanceController,
      LeavingController,
      ExportController,
    ],
    providers: [
      { provide: APP_GUARD, useClass: DoorGuard },
      { provide: Options, useValue: config },
      { provide: CallerSigner, useFactory: () => new CallerSigner('gateway', config.callerKey) },
      ApiDocument,
      Authentication,
      BearerTokens,
      Callers,
      ClientTokens,
      Commands,
      Downloads,
      FileDoor,
      GatewayKeys,
      Housekeeping,
      ImportDoor,
      Issuers,
      LiveConnections,
      Sessions,
      SignInContext,
    ],
  };
}
