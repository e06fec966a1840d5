import { Body, Controller, Delete, Get, HttpCode, Param, Patch, Post, Query } from '@nestjs/common';
import { ApiBearerAuth, ApiCookieAuth, ApiTags } from '@nestjs/swagger';
import { z } from 'zod';
import { For, type OrganisationCaller } from '@definitivedx/auth';
import { Bus } from '@definitivedx/bus';
import {
  changeWebhook,
  createWebhook,
  deleteWebhook,
  id,
  listWebhookDeliveries,
  listWebhooks,
  pingWebhook,
  replayFailedDeliveries,
  replayWebhookDelivery,
  rotateWebhookSecret,
  type ReplyOf,
} from '@definitivedx/contracts';
import { Acting } from './authentication.js';
import { Documented } from './documented.js';

const { who } = listWebhooks;
const changes = changeWebhook.request.omit({ webhookId: true });
const since = replayFailedDeliveries.request.omit({ webhookId: true });
const deliveriesPage = listWebhookDeliveries.request
  .omit({ webhookId: true })
  .extend({ limit: z.coerce.number().int().min(1).max(100).default(50) });

const onRead = ['invalid-input', 'consent-required', 'not-found'] as const;
const onChange = [...onRead, 'conflict', 'payload-too-large', 'unsupported-media-type'] as const;

/**
 * Endpoints that are told what happens to the organisation's cases, for its administrators and its programs. Nothing
 * here takes an Idempotency-Key: repeating does no harm, but for what makes secrets, and those are not to be kept.
 */
@ApiTags('Webhooks')
@ApiBearerAuth()
@ApiCookieAuth()
@For(who)
@Controller('api/v1/organisation/webhooks')
export class WebhooksController {
  constructor(private readonly bus: Bus) {}

  @Get()
  @Documented({ summary: listWebhooks.summary, reply: listWebhooks.reply, problems: ['consent-required'] })
  list(@Acting() caller: OrganisationCaller): Promise<ReplyOf<typeof listWebhooks>> {
    return this.bus.request(listWebhooks, caller, {});
  }

  @Post()
  @Documented({ summary: createWebhook.summary, reply: createWebhook.reply, status: 201, problems: onChange })
  create(
    @Acting() caller: OrganisationCaller,
    @Body({ schema: createWebhook.request }) body: z.output<typeof createWebhook.request>,
  ): Promise<ReplyOf<typeof createWebhook>> {
    return this.bus.request(createWebhook, caller, body);
  }

  @Patch(':webhookId')
  @Documented({ summary: changeWebhook.summary, reply: changeWebhook.reply, problems: onChange })
  change(
    @Acting() caller: OrganisationCaller,
    @Param('webhookId', { schema: id }) webhookId: string,
    @Body({ schema: changes }) body: z.output<typeof changes>,
  ): Promise<ReplyOf<typeof changeWebhook>> {
    return this.bus.request(changeWebhook, caller, { webhookId, ...body });
  }

  @Delete(':webhookId')
  @Documented({ summary: deleteWebhook.summary, reply: deleteWebhook.reply, problems: onChange })
  delete(
    @Acting() caller: OrganisationCaller,
    @Param('webhookId', { schema: id }) webhookId: string,
  ): Promise<ReplyOf<typeof deleteWebhook>> {
    return this.bus.request(deleteWebhook, caller, { webhookId });
  }

  @Post(':webhookId/secret')
  @Documented({
    summary: rotateWebhookSecret.summary,
    reply: rotateWebhookSecret.reply,
    status: 201,
    problems: onChange,
  })
  rotate(
    @Acting() caller: OrganisationCaller,
    @Param('webhookId', { schema: id }) webhookId: string,
  ): Promise<ReplyOf<typeof rotateWebhookSecret>> {
    return this.bus.request(rotateWebhookSecret, caller, { webhookId });
  }

  @Post(':webhookId/ping')
  @HttpCode(200)
  @Documented({ summary: pingWebhook.summary, reply: pingWebhook.reply, problems: onChange })
  ping(
    @Acting() caller: OrganisationCaller,
    @Param('webhookId', { schema: id }) webhookId: string,
  ): Promise<ReplyOf<typeof pingWebhook>> {
    return this.bus.request(pingWebhook, caller, { webhookId });
  }

  @Get(':webhookId/deliveries')
  @Documented({
    summary: listWebhookDeliveries.summary,
    reply: listWebhookDeliveries.reply,
    problems: onRead,
  })
  deliveries(
    @Acting() caller: OrganisationCaller,
    @Param('webhookId', { schema: id }) webhookId: string,
    @Query({ schema: deliveriesPage }) query: z.output<typeof deliveriesPage>,
  ): Promise<ReplyOf<typeof listWebhookDeliveries>> {
    return this.bus.request(listWebhookDeliveries, caller, { webhookId, ...query });
  }

  @Post(':webhookId/deliveries/:deliveryId/replay')
  @HttpCode(200)
  @Documented({
    summary: replayWebhookDelivery.summary,
    reply: replayWebhookDelivery.reply,
    problems: onChange,
  })
  replay(
    @Acting() caller: OrganisationCaller,
    @Param('webhookId', { schema: id }) webhookId: string,
    @Param('deliveryId', { schema: id }) deliveryId: string,
  ): Promise<ReplyOf<typeof replayWebhookDelivery>> {
    return this.bus.request(replayWebhookDelivery, caller, { webhookId, deliveryId });
  }

  @Post(':webhookId/replays')
  @HttpCode(200)
  @Documented({
    summary: replayFailedDeliveries.summary,
    reply: replayFailedDeliveries.reply,
    problems: onChange,
  })
  replayFailed(
    @Acting() caller: OrganisationCaller,
    @Param('webhookId', { schema: id }) webhookId: string,
    @Body({ schema: since }) body: z.output<typeof since>,
  ): Promise<ReplyOf<typeof replayFailedDeliveries>> {
    return this.bus.request(replayFailedDeliveries, caller, { webhookId, ...body });
  }
}
