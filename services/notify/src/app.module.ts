import { Module, type DynamicModule } from '@nestjs/common';
import { ServiceContext, ServiceModule } from '@definitivedx/bus';
import { AccessEvents } from './bus/access-events.js';
import { Egress, strictEgress } from '@definitivedx/egress';
import { CaseEvents } from './bus/case-events.js';
import { ChannelEvidenceDoor } from './bus/channel-evidence.js';
import { ChasingEvents } from './bus/chasing-events.js';
import { DeadLetters } from './bus/dead-letters.js';
import { HandOversDoor } from './bus/hand-overs.js';
import { OnCallDoor } from './bus/on-call.js';
import { PersonalDataDoor } from './bus/personal-data.js';
import { StreamsDoor } from './bus/streams.js';
import { TestPagesDoor } from './bus/test-pages.js';
import { WebhooksDoor } from './bus/webhooks.js';
import type { NotifyConfig } from './config.js';
import { databaseOptions } from './data/database.js';
import { MailSender } from './delivery/mail-sender.js';
import { WebhookSender } from './delivery/webhook-sender.js';
import { WebhooksContext } from './webhooks-context.js';
import { NotifyTimers } from './work/timers.js';

@Module({})
class NotifyModule {}

/** The service as a Nest module. */
export const appModule = (config: NotifyConfig): DynamicModule => ({
  module: NotifyModule,
  imports: [ServiceModule.register(config, { database: databaseOptions(config.databaseUrl) })],
  controllers: [
    AccessEvents,
    CaseEvents,
    ChannelEvidenceDoor,
    ChasingEvents,
    DeadLetters,
    HandOversDoor,
    OnCallDoor,
    PersonalDataDoor,
    StreamsDoor,
    TestPagesDoor,
    WebhooksDoor,
  ],
  providers: [
    { provide: Egress, useFactory: () => new Egress(config.egress ?? strictEgress) },
    {
      provide: WebhookSender,
      useFactory: (service: ServiceContext, egress: Egress) =>
        new WebhookSender(service, egress, config.webhookTimeoutMs),
      inject: [ServiceContext, Egress],
    },
    WebhooksContext,
    {
      provide: MailSender,
      useFactory: (service: ServiceContext) => new MailSender(service, config.mail),
      inject: [ServiceContext],
    },
    {
      provide: NotifyTimers,
      useFactory: (service: ServiceContext, sender: MailSender) =>
        new NotifyTimers({ service, sender, acceptWithinMs: config.handOverAcceptMinutes * 60_000 }),
      inject: [ServiceContext, MailSender],
    },
  ],
});
