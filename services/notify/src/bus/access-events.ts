import { Controller } from '@nestjs/common';
import { Consumes, EventContext, ServiceContext } from '@definitivedx/bus';
import { organisationClosed, panelLeft, placeEnded, type DataOf } from '@definitivedx/contracts';
import { endWebhooks } from '../commands/end-webhooks.js';
import { tellOfLoss } from '../commands/tell-of-loss.js';

/** What ends for members, for those whom it ended for. */
@Controller()
export class AccessEvents {
  constructor(private readonly service: ServiceContext) {}

  @Consumes(placeEnded)
  placeEnded(event: DataOf<typeof placeEnded>, context: EventContext): Promise<void> {
    return tellOfLoss(this.service, context, event);
  }

  @Consumes(panelLeft)
  panelLeft(event: DataOf<typeof panelLeft>, context: EventContext): Promise<void> {
    return tellOfLoss(this.service, context, event);
  }

  @Consumes(organisationClosed)
  organisationClosed(event: DataOf<typeof organisationClosed>, context: EventContext): Promise<void> {
    return endWebhooks(context, event);
  }
}
