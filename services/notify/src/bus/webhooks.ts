import { Controller } from '@nestjs/common';
import { RequestContext, Responds } from '@definitivedx/bus';
import * as contracts from '@definitivedx/contracts';
import type { InputOf } from '@definitivedx/contracts';
import { changeWebhook } from '../commands/change-webhook.js';
import { createWebhook } from '../commands/create-webhook.js';
import { deleteWebhook } from '../commands/delete-webhook.js';
import { pingWebhook } from '../commands/ping-webhook.js';
import { replayFailedDeliveries, replayWebhookDelivery } from '../commands/replay-webhook.js';
import { rotateWebhookSecret } from '../commands/rotate-webhook-secret.js';
import { exportWebhooks } from '../queries/export-webhooks.js';
import { listWebhookDeliveries, listWebhooks } from '../queries/list-webhooks.js';
import { WebhooksContext } from '../webhooks-context.js';

/** Endpoints of organisations, and what was delivered to them. */
@Controller()
export class WebhooksDoor {
  constructor(private readonly context: WebhooksContext) {}

  @Responds(contracts.listWebhooks)
  list(_input: InputOf<typeof contracts.listWebhooks>, { caller }: RequestContext) {
    return listWebhooks(this.context.service, caller);
  }

  @Responds(contracts.createWebhook)
  create(input: InputOf<typeof contracts.createWebhook>, { caller }: RequestContext) {
    return createWebhook(this.context, caller, input);
  }

  @Responds(contracts.changeWebhook)
  change(input: InputOf<typeof contracts.changeWebhook>, { caller }: RequestContext) {
    return changeWebhook(this.context, caller, input);
  }

  @Responds(contracts.deleteWebhook)
  delete(input: InputOf<typeof contracts.deleteWebhook>, { caller }: RequestContext) {
    return deleteWebhook(this.context.service, caller, input);
  }

  @Responds(contracts.rotateWebhookSecret)
  rotate(input: InputOf<typeof contracts.rotateWebhookSecret>, { caller }: RequestContext) {
    return rotateWebhookSecret(this.context.service, caller, input);
  }

  @Responds(contracts.pingWebhook)
  ping(input: InputOf<typeof contracts.pingWebhook>, { caller }: RequestContext) {
    return pingWebhook(this.context, caller, input);
  }

  @Responds(contracts.listWebhookDeliveries)
  deliveries(input: InputOf<typeof contracts.listWebhookDeliveries>, { caller }: RequestContext) {
    return listWebhookDeliveries(this.context.service, caller, input);
  }

  @Responds(contracts.replayWebhookDelivery)
  replay(input: InputOf<typeof contracts.replayWebhookDelivery>, { caller }: RequestContext) {
    return replayWebhookDelivery(this.context, caller, input);
  }

  @Responds(contracts.replayFailedDeliveries)
  replayFailed(input: InputOf<typeof contracts.replayFailedDeliveries>, { caller }: RequestContext) {
    return replayFailedDeliveries(this.context, caller, input);
  }

  @Responds(contracts.exportWebhooks)
  export(input: InputOf<typeof contracts.exportWebhooks>, { caller }: RequestContext) {
    return exportWebhooks(this.context.service, caller, input);
  }
}
