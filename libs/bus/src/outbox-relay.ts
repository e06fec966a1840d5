import { SpanKind } from '@opentelemetry/api';
import { jetstream, JetStreamApiError, type JetStreamClient } from '@nats-io/jetstream';
import { PermissionViolationError } from '@nats-io/transport-node';
import pg from 'pg';
import { statement, toQueryConfig, type Database, type Queryable, type Statement } from '@definitivedx/db';
import { continueOrLink, createLog, errorType, inSpan } from '@definitivedx/telemetry';
import type { Bus } from './bus.js';
import { header, headersOf } from './wire.js';

const log = createLog('outbox');

const batchSize = 200;
const safetyPollMs = 1_000;
const maxRetryMs = 60_000;
const retentionDays = 90;
/** A command is repeated within a day, or never: the gateway remembers its key no longer. */
const commandDays = 30;
const purgeEveryMs = 3_600_000;

interface OutboxRow {
  readonly id: string;
  readonly messageId: string;
  readonly subject: string;
  readonly aggregateId: string;
  readonly payload: unknown;
  readonly traceparent: string | null;
  readonly createdAt: Date;
}

// Unpublished rows, never `id > last`: a transaction that took a lower id may commit after one with a higher id.
const nextBatch = statement<OutboxRow>(
  'outbox-next',
  `select id, message_id as "messageId", subject, aggregate_id as "aggregateId", payload, traceparent, created_at as "createdAt"
   from outbox o
   where published_at is null and (retry_at is null or retry_at <= clock_timestamp())
     and not exists (select 1 from outbox e where e.aggregate_id = o.aggregate_id and e.id < o.id
                       and e.published_at is null and e.retry_at > clock_timestamp())
   order by id limit ${String(batchSize)}`,
);
const markPublished = statement(
  'outbox-published',
  'update outbox set published_at = clock_timestamp() where id = any($1)',
);
const markBlocked = statement(
  'outbox-blocked',
  `update outbox set attempts = attempts + 1, last_error = $2,
     retry_at = clock_timestamp() + least(power(2, least(attempts, 20)) * 1000, ${String(maxRetryMs)}) * interval '1 millisecond'
   where id = $1`,
);
const purge = statement(
  'outbox-purge',
  `delete from outbox where published_at is not null and created_at < clock_timestamp() - interval '${String(retentionDays)} days'`,
);
const purgeCommands = statement(
  'command-purge',
  `delete from command where at < clock_timestamp() - interval '${String(commandDays)} days'`,
);
const unpublishAll = statement<{ rows: number }>(
  'outbox-unpublish',
  `with again as (update outbox set published_at = null, retry_at = null returning 1) select count(*)::int as rows from again`,
);
const wake = statement('outbox-wake', `select pg_notify('outbox', '')`);

/** Has the relay publish every kept row again. @returns how many. */
export async function republishAll(db: Queryable): Promise<number> {
  const [row] = await db.run(unpublishAll);
  await db.run(wake);
  return row?.rows ?? 0;
}

/**
 * Publishes a service's outbox. Of all replicas one at a time does it, by an advisory lock on a connection of its own;
 * a row is marked only after the stream's ack, so a crash publishes again what consumers then recognise.
 */
export class OutboxRelay {
  private client: pg.Client | undefined;
  private stopping = false;
  private loop: Promise<void> | undefined;
  private signal: (() => void) | undefined;
  private signalled = false;
  private purgedAt = 0;
  private readonly stream: JetStreamClient;

  constructor(
    private readonly db: Database,
    private readonly bus: Bus,
  ) {
    this.stream = jetstream(bus.connection);
  }

  start(): void {
    this.loop = this.run();
  }

  async stop(): Promise<void> {
    this.stopping = true;
    this.wakeUp();
    await this.loop;
  }

  private async run(): Promise<void> {
    while (!this.stopping) {
      try {
        await this.relayWhileLocked();
      } catch (error) {
        if (!this.stopping) log.warn('relay-interrupted', { error });
        await this.sleep(safetyPollMs);
      } finally {
        await this.disconnect();
      }
    }
  }

  private async relayWhileLocked(): Promise<void> {
    const client = await this.connect();
    while (!this.stopping && !(await tryLock(client))) await this.sleep(safetyPollMs);
    await client.query('listen outbox');
    while (!this.stopping) {
      const published = await this.publishBatch(client);
      if (published < batchSize) await this.sleep(safetyPollMs);
      await this.purgeSometimes(client);
    }
    // Leaving in good order: what was committed before the stop still goes out now.
    await this.publishBatch(client);
  }

  private async connect(): Promise<pg.Client> {
    const client = new pg.Client({
      connectionString: this.db.url,
      keepAlive: true,
      connectionTimeoutMillis: 3_000,
      // A server that froze closes nothing; after this the relay connects anew.
      query_timeout: 20_000,
    });
    client.on('notification', () => {
      this.wakeUp();
    });
    client.on('error', () => {
      this.wakeUp();
    });
    await client.connect();
    this.client = client;
    return client;
  }

  private async disconnect(): Promise<void> {
    await this.client?.end().catch(() => undefined);
    this.client = undefined;
  }

  /** @returns how many rows were published. */
  private async publishBatch(client: pg.Client): Promise<number> {
    const rows = await run(client, nextBatch);
    const published: string[] = [];
    try {
      for (const wave of wavesOf(rows)) {
        const results = await Promise.all(wave.map((row) => this.publish(client, row)));
        wave.forEach((row, i) => results[i] && published.push(row.id));
        if (results.includes(false)) break;
      }
    } finally {
      if (published.length > 0) await run(client, markPublished, [published]);
    }
    return published.length;
  }

  /** @returns false when the row was put off. @throws when the stream is out of reach: then no row is at fault. */
  private async publish(client: pg.Client, row: OutboxRow): Promise<boolean> {
    const origin = continueOrLink(row.traceparent ?? undefined, row.createdAt, new Date());
    const attributes = { 'messaging.system': 'nats', 'messaging.destination.name': row.subject };
    try {
      await inSpan(`publish ${row.subject}`, { kind: SpanKind.PRODUCER, attributes, ...origin }, () =>
        this.stream.publish(row.subject, JSON.stringify(row.payload), {
          msgID: row.messageId,
          timeout: 5_000,
          headers: headersOf({
            [header.messageId]: row.messageId,
            [header.aggregate]: row.aggregateId,
            [header.publishedAt]: row.createdAt.toISOString(),
          }),
        }),
      );
      return true;
    } catch (error) {
      if (!isRowsFault(error)) throw error;
      log.error('event-unpublishable', { subject: row.subject, outboxId: row.id, error });
      await run(client, markBlocked, [row.id, errorType(error)]);
      return false;
    }
  }

  private async purgeSometimes(client: pg.Client): Promise<void> {
    if (Date.now() - this.purgedAt < purgeEveryMs) return;
    this.purgedAt = Date.now();
    await run(client, purge);
    await run(client, purgeCommands);
  }

  private wakeUp(): void {
    this.signalled = true;
    this.signal?.();
  }

  private async sleep(ms: number): Promise<void> {
    if (!this.signalled && !this.stopping) {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, ms);
        this.signal = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
    this.signalled = false;
    this.signal = undefined;
  }
}

/** Splits a batch so that each wave, published all at once, holds at most one row of an aggregate: its next. */
export function wavesOf<R extends { readonly aggregateId: string }>(rows: readonly R[]): R[][] {
  const waves: R[][] = [];
  const depth = new Map<string, number>();
  for (const row of rows) {
    const level = depth.get(row.aggregateId) ?? 0;
    depth.set(row.aggregateId, level + 1);
    (waves[level] ??= []).push(row);
  }
  return waves;
}

/** A refusal of this very message; anything else (timeout, no stream, disconnected) would befall any row. */
const isRowsFault = (error: unknown): boolean =>
  error instanceof PermissionViolationError ||
  (error instanceof JetStreamApiError &&
    error.status >= 400 &&
    error.status < 500 &&
    error.status !== 404 &&
    error.status !== 408) ||
  (error instanceof Error && /max_?payload/i.test(error.message));

async function tryLock(client: pg.Client): Promise<boolean> {
  const result = await client.query<{ locked: boolean }>(
    `select pg_try_advisory_lock(hashtext('outbox-relay')) as locked`,
  );
  return result.rows[0]?.locked === true;
}

async function run<Row>(
  client: pg.Client,
  s: Statement<Row>,
  values: readonly unknown[] = [],
): Promise<Row[]> {
  const result = await client.query(toQueryConfig(s), [...values]);
  return result.rows as Row[];
}
