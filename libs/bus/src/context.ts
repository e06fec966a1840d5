import { Injectable } from '@nestjs/common';
import { BaseRpcContext } from '@nestjs/microservices';
import type { Caller, ServiceCaller } from '@definitivedx/auth';
import { Database, type Transaction } from '@definitivedx/db';
import { Bus } from './bus.js';
import { Clock } from './clock.js';

/** What every command and query of a service works with. */
@Injectable()
export class ServiceContext {
  constructor(
    readonly db: Database,
    readonly bus: Bus,
    readonly clock: Clock,
  ) {}
}

/** Second argument of a `@Responds` method. The caller is verified and allowed by then. */
export class RequestContext extends BaseRpcContext<[Caller]> {
  constructor(readonly caller: Caller) {
    super([caller]);
  }
}

export interface EventMeta {
  readonly messageId: string;
  readonly aggregateId: string;
  /** When the event's transaction wrote it. */
  readonly publishedAt: Date;
  /** Trace of the act that caused the event, also when that was long ago. */
  readonly traceId: string | undefined;
}

/** Second argument of a `@Consumes` method. `tx` also holds the inbox row: all effects go through it. */
export class EventContext extends BaseRpcContext<[Transaction, ServiceCaller]> implements EventMeta {
  readonly messageId: string;
  readonly aggregateId: string;
  readonly publishedAt: Date;
  readonly traceId: string | undefined;

  constructor(
    readonly tx: Transaction,
    readonly caller: ServiceCaller,
    meta: EventMeta,
  ) {
    super([tx, caller]);
    this.messageId = meta.messageId;
    this.aggregateId = meta.aggregateId;
    this.publishedAt = meta.publishedAt;
    this.traceId = meta.traceId;
  }

  /** For hints such as nudges; see Transaction.afterCommit. */
  afterCommit(hook: () => void): void {
    this.tx.afterCommit(hook);
  }
}
