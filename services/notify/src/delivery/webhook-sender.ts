import { setTimeout } from 'node:timers/promises';
import type { OnApplicationBootstrap, OnModuleDestroy } from '@nestjs/common';
import { ClaimLoop, emit, type ServiceContext } from '@definitivedx/bus';
import { webhookActed } from '@definitivedx/contracts';
import type { Transaction } from '@definitivedx/db';
import type { Egress } from '@definitivedx/egress';
import { continueOrLink, createLog, inSpan, SpanKind } from '@definitivedx/telemetry';
import { purgeDeliveries } from '../data/webhook-deliveries.js';
import {
  claimEndpoints,
  disableEndpoint,
  nextDelivery,
  noteFailure,
  noteSuccess,
  releaseEndpoint,
  settleAttempt,
  type DueDelivery,
  type Endpoint,
} from '../data/webhook-work.js';
import { giveUpPending, type DisabledReason } from '../data/webhooks.js';
import { disableAfterMs, pauseAfter, waitAfter } from '../domain/webhook-retry.js';
import { attemptDelivery, type Sent } from './webhook-request.js';

const log = createLog('webhooks');

/** Endpoints served at once by one replica, each by one delivery after the other. */
const places = 64;
/** An endpoint keeps its place for so long; then others have their turn. */
const serveForMs = 20_000;
/** Longer than it is served, and the last attempt takes. A replica that crashes leaves it to the others after this. */
const leaseMs = 60_000;
const stopWithinMs = 5_000;
const purgeEveryMs = 60 * 60_000;
const keepLogMs = 30 * 24 * 60 * 60_000;

/** How long an endpoint may take to answer, in milliseconds. */
export const answerWithinMs = 15_000;

/**
 * Delivers what was recorded for endpoints: each at least once, under its webhook-id. Any number of replicas may run it.
 * Each endpoint has one place, so one that is slow, or hostile, delays nobody but itself.
 */
export class WebhookSender implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly loop = new ClaimLoop('webhooks', () => this.takeUp());
  private readonly serving = new Set<Promise<void>>();
  private stopped = false;
  private purging: NodeJS.Timeout | undefined;

  constructor(
    private readonly service: ServiceContext,
    private readonly egress: Egress,
    private readonly timeoutMs = answerWithinMs,
  ) {}

  onApplicationBootstrap(): void {
    this.loop.start();
    this.purging = setInterval(() => void this.purge(), purgeEveryMs).unref();
  }

  /** Begins nothing more and waits a little for what is under way; the rest is sent again after its lease. */
  async onModuleDestroy(): Promise<void> {
    this.stopped = true;
    clearInterval(this.purging);
    await this.loop.stop();
    await Promise.race([
      Promise.allSettled(this.serving),
      setTimeout(stopWithinMs, undefined, { ref: false }),
    ]);
  }

  /** Looks for deliveries now instead of at the next second. */
  wake(): void {
    this.loop.wake();
  }

  /** Takes up endpoints as far as there are places, and does not wait for them. */
  private async takeUp(): Promise<number> {
    const free = places - this.serving.size;
    if (free <= 0) return 0;
    const { db, clock } = this.service;
    const now = clock.now();
    const lease = new Date(now.getTime() + leaseMs);
    const endpoints = await claimEndpoints(db, now, lease, free);
    for (const endpoint of endpoints) {
      const served = this.serve(endpoint, lease).finally(() => {
        this.serving.delete(served);
        this.loop.wake();
      });
      this.serving.add(served);
    }
    return endpoints.length;
  }

  private async serve(endpoint: Endpoint, lease: Date): Promise<void> {
    const { db, clock } = this.service;
    const begun = performance.now();
    try {
      while (!this.stopped && performance.now() - begun < serveForMs) {
        const delivery = await nextDelivery(db, endpoint.id, clock.now());
        if (!delivery || !(await this.deliver(endpoint, delivery))) break;
      }
      await releaseEndpoint(db, endpoint.id, clock.now(), lease);
      this.loop.succeeded();
    } catch (error) {
      // The database, most likely; the lease runs out by itself.
      this.loop.pause('webhooks-paused', { error });
    }
  }

  /** @returns false when the endpoint is to be left alone for now. */
  private async deliver(endpoint: Endpoint, delivery: DueDelivery): Promise<boolean> {
    const { clock } = this.service;
    const at = clock.now();
    const { parent, links = [] } = continueOrLink(delivery.traceparent ?? undefined, delivery.createdAt, at);
    const attributes = { 'ddx.webhook.id': endpoint.id, 'ddx.webhook.delivery': delivery.id };
    return inSpan('webhook send', { kind: SpanKind.CLIENT, parent, links, attributes }, async () => {
      const sent = await attemptDelivery(this.egress, delivery, at, this.timeoutMs);
      await this.service.db.transaction((tx) => this.settle(tx, endpoint, delivery, sent));
      const { outcome, status, code, durationMs } = sent.attempt;
      log.info('webhook-attempt', {
        webhookId: endpoint.id,
        deliveryId: delivery.id,
        outcome,
        ...(status !== null && { status }),
        ...(code !== null && { code }),
        attempt: delivery.attempts + 1,
        durationMs,
      });
      return sent.verdict === 'delivered';
    });
  }

  private async settle(
    tx: Transaction,
    endpoint: Endpoint,
    delivery: DueDelivery,
    { attempt, verdict, askedMs }: Sent,
  ): Promise<void> {
    const now = this.service.clock.now();
    const after = (ms: number): Date => new Date(now.getTime() + ms);
    if (verdict === 'delivered') {
      settleAttempt(tx, delivery, attempt, now, undefined);
      noteSuccess(tx, endpoint.id);
      return;
    }
    const failingForMs = delivery.failingSince === null ? 0 : now.getTime() - delivery.failingSince.getTime();
    const reason: DisabledReason | undefined =
      verdict === 'gone' ? 'gone' : failingForMs >= disableAfterMs ? 'failing' : undefined;
    if (reason !== undefined) {
      settleAttempt(tx, delivery, attempt, now, undefined);
      await this.disable(tx, endpoint, reason, now);
      return;
    }
    const waitMs = waitAfter(delivery.attempts - delivery.attemptsBefore + 1, Math.random(), askedMs);
    settleAttempt(tx, delivery, attempt, now, waitMs === undefined ? undefined : after(waitMs));
    noteFailure(tx, endpoint.id, now, after(Math.max(pauseAfter(delivery.failures + 1), askedMs)));
  }

  private async disable(
    tx: Transaction,
    endpoint: Endpoint,
    reason: DisabledReason,
    now: Date,
  ): Promise<void> {
    if (!(await disableEndpoint(tx, endpoint.id, reason, now))) return;
    giveUpPending(tx, endpoint.id);
    emit(tx, webhookActed, endpoint.id, {
      act: 'webhook.disabled',
      actor: { kind: 'service', id: null, from: null },
      organisationId: endpoint.organisationId,
      webhookId: endpoint.id,
      at: now.toISOString(),
    });
    log.warn('webhook-disabled', { webhookId: endpoint.id, reason });
  }

  private async purge(): Promise<void> {
    const { db, clock } = this.service;
    try {
      while ((await purgeDeliveries(db, new Date(clock.now().getTime() - keepLogMs))) > 0);
    } catch (error) {
      log.warn('purge-failed', { error });
    }
  }
}
