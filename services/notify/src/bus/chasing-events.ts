import { Controller } from '@nestjs/common';
import { Consumes, EventContext, ServiceContext } from '@definitivedx/bus';
import * as contracts from '@definitivedx/contracts';
import type { DataOf } from '@definitivedx/contracts';
import { settleCase } from '../commands/settle-case.js';
import { tellOfNobodyLeft, tellOfRequesterLeft, tellOfUnreadAdvice } from '../commands/tell-asking-side.js';
import {
  tellOfConsultation,
  tellOfOverdue,
  tellOfResponsibility,
  tellOfUnacknowledged,
} from '../commands/tell-of-responsibility.js';
import { noteGiven } from '../commands/webhook-news.js';
import { MailSender } from '../delivery/mail-sender.js';
import { WebhookSender } from '../delivery/webhook-sender.js';

/** Who answers for a case, what is late, and what nobody reads, for those who must hear of it. */
@Controller()
export class ChasingEvents {
  constructor(
    readonly service: ServiceContext,
    readonly sender: MailSender,
    readonly webhooks: WebhookSender,
  ) {}

  @Consumes(contracts.responsibilityGiven)
  async given(event: DataOf<typeof contracts.responsibilityGiven>, context: EventContext): Promise<void> {
    await tellOfResponsibility(this, context, event);
    await settleCase(this.service, context, event.caseId, 'dropped', new Date(event.at));
    await noteGiven(this, context, event);
  }

  @Consumes(contracts.responsibilityUnacknowledged)
  unacknowledged(
    event: DataOf<typeof contracts.responsibilityUnacknowledged>,
    context: EventContext,
  ): Promise<void> {
    return tellOfUnacknowledged(this, context, event);
  }

  @Consumes(contracts.caseConsulted)
  consulted(event: DataOf<typeof contracts.caseConsulted>, context: EventContext): Promise<void> {
    return tellOfConsultation(this, context, event);
  }

  @Consumes(contracts.responseOverdue)
  overdue(event: DataOf<typeof contracts.responseOverdue>, context: EventContext): Promise<void> {
    return tellOfOverdue(this, context, event);
  }

  @Consumes(contracts.adviceUnread)
  unread(event: DataOf<typeof contracts.adviceUnread>, context: EventContext): Promise<void> {
    return tellOfUnreadAdvice(this, context, event);
  }

  @Consumes(contracts.nobodyLeft)
  nobodyLeft(event: DataOf<typeof contracts.nobodyLeft>, context: EventContext): Promise<void> {
    return tellOfNobodyLeft(this, context, event);
  }

  @Consumes(contracts.requesterLeft)
  requesterLeft(event: DataOf<typeof contracts.requesterLeft>, context: EventContext): Promise<void> {
    return tellOfRequesterLeft(this, context, event);
  }
}
