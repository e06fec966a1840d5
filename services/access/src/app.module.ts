import { Module, type DynamicModule } from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import { DoorGuard } from '@definitivedx/auth';
import { ServiceContext, ServiceModule } from '@definitivedx/bus';
import { AdministrationDoor } from './bus/administration.js';
import { Egress, strictEgress } from '@definitivedx/egress';
import { ApplicationsDoor } from './bus/applications.js';
import { AuditDoor } from './bus/audit.js';
import { ConsentDoor } from './bus/consent.js';
import { ClientsDoor } from './bus/clients.js';
import { ConformanceDoor } from './bus/conformance.js';
import { DirectoryDoor } from './bus/directory.js';
import { ExportDoor } from './bus/export.js';
import { GovernanceDoor } from './bus/governance.js';
import { GrantsDoor } from './bus/grants.js';
import { IdentityDoor } from './bus/identity.js';
import { ImportsDoor } from './bus/imports.js';
import { IssuersDoor } from './bus/issuers.js';
import { LeavingDoor } from './bus/leaving.js';
import { PersonalDataDoor } from './bus/personal-data.js';
import { ScimDoor } from './bus/scim.js';
import { ClientsContext } from './clients-context.js';
import { AccessOptions, defaultImportMaxBytes, type AccessConfig } from './config.js';
import { databaseOptions } from './data/database.js';
import { ImportsController } from './http/imports.controller.js';
import { HeadSigner } from './sealing/tree-head.js';
import { AuditSealer } from './work/audit-sealer.js';
import { ImportWorker } from './work/import-worker.js';
import { KeyFetcher } from './work/key-fetcher.js';

@Module({})
class AppModule {}

/** The access service: the only decider of who may see a case. */
export const appModule = (config: AccessConfig): DynamicModule => ({
  module: AppModule,
  imports: [ServiceModule.register(config, { database: databaseOptions(config.databaseUrl) })],
  controllers: [
    AdministrationDoor,
    ApplicationsDoor,
    ClientsDoor,
    AuditDoor,
    ConformanceDoor,
    ConsentDoor,
    DirectoryDoor,
    ExportDoor,
    GovernanceDoor,
    GrantsDoor,
    IdentityDoor,
    ImportsController,
    ImportsDoor,
    IssuersDoor,
    LeavingDoor,
    PersonalDataDoor,
    ScimDoor,
  ],
  providers: [
    { provide: APP_GUARD, useClass: DoorGuard },
    {
      provide: AuditSealer,
      useFactory: (service: ServiceContext) => new AuditSealer(service, new HeadSigner(config.auditKey)),
      inject: [ServiceContext],
    },
    {
      provide: AccessOptions,
      useValue: { importMaxBytes: config.importMaxBytes ?? defaultImportMaxBytes },
    },
    ImportWorker,
    { provide: Egress, useFactory: () => new Egress(config.egress ?? strictEgress) },
    ClientsContext,
    KeyFetcher,
  ],
});
