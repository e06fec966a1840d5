import { Injectable } from '@nestjs/common';
import { ServiceContext } from '@definitivedx/bus';
import { Egress } from '@definitivedx/egress';
import { WebhookSender } from './delivery/webhook-sender.js';

/** What the commands about endpoints work with: the service, the way to their addresses, and who delivers. */
@Injectable()
export class WebhooksContext {
  constructor(
    readonly service: ServiceContext,
    readonly egress: Egress,
    readonly sender: WebhookSender,
  ) {}
}
