import { Module, type DynamicModule } from '@nestjs/common';
import { ServiceContext, ServiceModule } from '@definitivedx/bus';
import { AuditDoor } from './bus/audit.js';
import { ConsentDoor } from './bus/consent.js';
import { DirectoryDoor } from './bus/directory.js';
import { GrantsDoor } from './bus/grants.js';
import { IdentityDoor } from './bus/identity.js';
import type { AccessConfig } from './config.js';
import { databaseOptions } from './data/database.js';
import { HeadSigner } from './sealing/tree-head.js';
import { AuditSealer } from './work/audit-sealer.js';

@Module({})
class AppModule {}

/** The access service: the only decider of who may see a case. */
export const appModule = (config: AccessConfig): DynamicModule => ({
  module: AppModule,
  imports: [ServiceModule.register(config, { database: databaseOptions(config.databaseUrl) })],
  controllers: [GrantsDoor, DirectoryDoor, IdentityDoor, AuditDoor, ConsentDoor],
  providers: [
    {
      provide: AuditSealer,
      useFactory: (service: ServiceContext) => new AuditSealer(service, new HeadSigner(config.auditKey)),
      inject: [ServiceContext],
    },
  ],
});
