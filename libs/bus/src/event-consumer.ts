import { SpanKind } from '@opentelemetry/api';
import { jetstream, jetstreamManager, type ConsumerMessages, type JsMsg } from '@nats-io/jetstream';
import { durableOf, streamOf, type EventContract, type ServiceName } from '@definitivedx/contracts';
import { AppError, type ErrorCode } from '@definitivedx/errors';
import { continueOrLink, createLog, errorType, inSpan, parseTraceparent } from '@definitivedx/telemetry';
import type { Handler } from './handler.js';
import type { BusTuning } from './config.js';
import { EventContext, type ServiceContext } from './context.js';
import { buryEvent, type StoredEvent } from './dead-letters.js';
import { claimMessage, countFailure } from './inbox.js';
import { KeyedQueue } from './keyed-queue.js';
import { header, valueOf } from './wire.js';

const log = createLog('bus');

/** Deliveries without a counted failure: the message ends the process each time before the failure is recorded. */
const crashLimit = 20;

/** Well under the durable's ack_wait, so that a message in hand is never delivered a second time meanwhile. */
const heartbeatMs = 10_000;

/**
 * Handles the events of one durable, each exactly once in effect. A failing handler is tried again with backoff and
 * then dead-lettered; a lost database or service pauses consumption instead, for as long as it takes.
 */
export class EventConsumer {
  private readonly durable: string;
  private readonly queue: KeyedQueue;
  private messages: ConsumerMessages | undefined;
  private stopping = false;
  private loop: Promise<void> | undefined;

  constructor(
    private readonly service: ServiceName,
    private readonly contract: EventContract,
    private readonly handler: Handler,
    private readonly context: ServiceContext,
    private readonly tuning: BusTuning,
  ) {
    this.durable = durableOf(service, contract);
    this.queue = new KeyedQueue(tuning.concurrency);
  }

  start(): void {
    this.loop = this.run();
  }

  /** Takes no more messages and waits for those in hand. */
  async drain(): Promise<void> {
    this.stopping = true;
    await this.messages?.close();
    await this.loop;
    await this.queue.idle();
  }

  private async run(): Promise<void> {
    while (!this.stopping) {
      try {
        await this.consume();
      } catch (error) {
        // Not provisioned yet, or NATS is away; the client itself reconnects, this asks again.
        if (!this.stopping) log.warn('consumer-waiting', { durable: this.durable, error });
      }
      if (!this.stopping) await pause(this.tuning.pauseMs);
    }
  }

  private async consume(): Promise<void> {
    const { connection } = this.context.bus;
    const manager = await jetstreamManager(connection, { checkAPI: false });
    const info = await manager.consumers.info(streamOf(this.contract.publisher), this.durable);
    const consumer = jetstream(connection).consumers.getConsumerFromInfo(info);
    this.messages = await consumer.consume({
      // Asked for in bulk: the client asks again when three quarters are taken, and each asking is a message of its own.
      max_messages: this.tuning.concurrency * 16,
      expires: 5_000,
      idle_heartbeat: 1_000,
    });
    for await (const message of this.messages) this.accept(message);
  }

  private accept(message: JsMsg): void {
    const heartbeat = setInterval(() => {
      message.working();
    }, heartbeatMs);
    const key = valueOf(message.headers, header.aggregate) ?? message.subject;
    void this.queue
      .run(key, () => this.handle(message))
      .finally(() => {
        clearInterval(heartbeat);
      });
  }

  /** Never rejects: whatever happens ends in an ack, a nak, a term, or in leaving the message to be redelivered. */
  private async handle(message: JsMsg): Promise<void> {
    while (!this.stopping) {
      try {
        await this.attempt(message);
        return;
      } catch (error) {
        if (!isInfrastructure(error)) {
          log.error('event-abandoned', { durable: this.durable, error });
          return;
        }
        log.warn('consumption-paused', { durable: this.durable, error });
        await pause(this.tuning.pauseMs);
      }
    }
    message.nak();
  }

  private async attempt(message: JsMsg): Promise<void> {
    const event = this.read(message);
    if (!event) {
      log.error('event-unreadable', { durable: this.durable });
      message.term('unreadable');
      return;
    }
    if (message.info.deliveryCount >= crashLimit) {
      await this.bury(message, event, 'internal');
      return;
    }
    try {
      await handleOnce(this.context, this.contract, this.handler, event);
      // After the commit, and without waiting for the server's word on it: were the ack lost, the message would come
      // again and the inbox would know it. That word would cost two more messages per event.
      message.ack();
    } catch (error) {
      if (isInfrastructure(error)) throw error;
      await this.retryLater(message, event, error);
    }
  }

  private async retryLater(message: JsMsg, event: StoredEvent, error: unknown): Promise<void> {
    const failures = await countFailure(this.context.db, this.durable, event.messageId);
    const wait = this.tuning.backoffMs[failures - 1];
    log.warn('event-failed', { durable: this.durable, failures, error });
    if (wait === undefined) await this.bury(message, event, errorType(error));
    else message.nak(wait);
  }

  private async bury(message: JsMsg, event: StoredEvent, errorCode: string): Promise<void> {
    await buryEvent(this.context.db, this.service, event, errorCode, message.info.deliveryCount);
    message.term('dead-lettered');
  }

  private read(message: JsMsg): StoredEvent | undefined {
    const messageId = valueOf(message.headers, header.messageId);
    const aggregateId = valueOf(message.headers, header.aggregate);
    const publishedAt = new Date(valueOf(message.headers, header.publishedAt) ?? Number.NaN);
    if (!messageId || !aggregateId || Number.isNaN(publishedAt.getTime())) return undefined;
    return {
      durable: this.durable,
      messageId,
      aggregateId,
      publishedAt,
      subject: message.subject,
      payload: readJson(message),
      traceparent: valueOf(message.headers, header.traceparent),
    };
  }
}

/**
 * Runs a handler and records the inbox row in one transaction.
 * @returns false when the message had its effect before.
 */
export async function handleOnce(
  context: ServiceContext,
  contract: EventContract,
  handler: Handler,
  event: StoredEvent,
): Promise<boolean> {
  const origin = continueOrLink(event.traceparent, event.publishedAt, context.clock.now());
  const attributes = { 'messaging.system': 'nats', 'messaging.destination.name': event.subject };
  return inSpan(`consume ${event.subject}`, { kind: SpanKind.CONSUMER, attributes, ...origin }, async () => {
    const data = contract.data.parse(event.payload);
    const caller = await context.bus.self();
    return context.db.transaction(async (tx) => {
      if (!(await claimMessage(tx, event.durable, event.messageId))) return false;
      const { messageId, aggregateId, publishedAt } = event;
      await handler(
        data,
        new EventContext(tx, caller, {
          messageId,
          aggregateId,
          publishedAt,
          traceId: parseTraceparent(event.traceparent)?.traceId,
        }),
      );
      return true;
    });
  });
}

const infrastructureCodes: readonly ErrorCode[] = ['unavailable', 'rate-limited'];

/** True when waiting may help whatever the message is: a database or a service that does not answer. */
const isInfrastructure = (error: unknown): boolean =>
  error instanceof AppError && infrastructureCodes.includes(error.code);

function readJson(message: JsMsg): unknown {
  try {
    return message.json();
  } catch {
    return undefined;
  }
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
