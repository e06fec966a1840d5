import { Controller } from '@nestjs/common';
import { Consumes, EventContext, ServiceContext } from '@definitivedx/bus';
import { deadLetteredBy, type DataOf } from '@definitivedx/contracts';
import { alertOperators } from '../commands/alert-operators.js';
import { MailSender } from '../delivery/mail-sender.js';

/** Events that a service gave up on, for the operators. */
@Controller()
export class DeadLetters {
  constructor(
    readonly service: ServiceContext,
    readonly sender: MailSender,
  ) {}

  @Consumes(deadLetteredBy.access)
  ofAccess(event: DataOf<typeof deadLetteredBy.access>, context: EventContext): Promise<void> {
    return alertOperators(this, context, event);
  }

  @Consumes(deadLetteredBy.cases)
  ofCases(event: DataOf<typeof deadLetteredBy.cases>, context: EventContext): Promise<void> {
    return alertOperators(this, context, event);
  }

  @Consumes(deadLetteredBy.notify)
  ofNotify(event: DataOf<typeof deadLetteredBy.notify>, context: EventContext): Promise<void> {
    return alertOperators(this, context, event);
  }

  @Consumes(deadLetteredBy.metrics)
  ofMetrics(event: DataOf<typeof deadLetteredBy.metrics>, context: EventContext): Promise<void> {
    return alertOperators(this, context, event);
  }
}
