import { v7 as uuidv7 } from 'uuid';
import { deadLetteredBy, type ServiceName } from '@definitivedx/contracts';
import { statement, type Database, type Transaction } from '@definitivedx/db';
import { counter, createLog } from '@definitivedx/telemetry';
import { emit } from './outbox.js';

const log = createLog('bus');
const deadLetters = counter('ddx.bus.dead_letters');

/** An event with everything needed to hand it to its handler again. */
export interface StoredEvent {
  readonly durable: string;
  readonly messageId: string;
  readonly subject: string;
  readonly aggregateId: string;
  readonly payload: unknown;
  readonly traceparent: string | undefined;
  readonly publishedAt: Date;
}

export interface DeadLetter {
  readonly deadLetterId: string;
  readonly durable: string;
  readonly messageId: string;
  readonly subject: string;
  readonly aggregateId: string;
  readonly payload: unknown;
  readonly traceparent: string | null;
  readonly publishedAt: Date;
  readonly errorCode: string;
  readonly deliveries: number;
  readonly at: Date;
  readonly replayedAt: Date | null;
}

const columns = `id as "deadLetterId", durable, message_id as "messageId", subject, aggregate_id as "aggregateId", payload,
  traceparent, published_at as "publishedAt", error_code as "errorCode", deliveries, at, replayed_at as "replayedAt"`;

const insert = statement<{ id: string }>(
  'dead-letter-insert',
  `insert into dead_letter (id, durable, message_id, subject, aggregate_id, payload, traceparent, published_at, error_code, deliveries)
   values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) on conflict (durable, message_id) do nothing returning id`,
);
const list = statement<DeadLetter>(
  'dead-letter-list',
  `select ${columns} from dead_letter order by at desc limit $1`,
);
const find = statement<DeadLetter>('dead-letter-find', `select ${columns} from dead_letter where id = $1`);
const markReplayed = statement(
  'dead-letter-replayed',
  'update dead_letter set replayed_at = clock_timestamp() where id = $1',
);

/** Gives up on an event: keeps it for replay and, in the same transaction, alerts the operators. */
export async function buryEvent(
  db: Database,
  service: ServiceName,
  event: StoredEvent,
  errorCode: string,
  deliveries: number,
): Promise<void> {
  const id = uuidv7();
  await db.transaction(async (tx) => {
    const kept = await tx.run(insert, [
      id,
      event.durable,
      event.messageId,
      event.subject,
      event.aggregateId,
      JSON.stringify(event.payload),
      event.traceparent ?? null,
      event.publishedAt,
      errorCode,
      deliveries,
    ]);
    if (kept.length > 0) await alert(tx, service, { id, subject: event.subject, errorCode });
  });
  deadLetters.add(1, { subject: event.subject });
  log.error('dead-lettered', { subject: event.subject, deadLetterId: id, errorCode, deliveries });
}

async function alert(
  tx: Transaction,
  service: ServiceName,
  letter: { id: string; subject: string; errorCode: string },
): Promise<void> {
  // An alert that cannot be delivered must not raise the next one, for ever.
  if (letter.subject.includes('.dead-lettered.')) return;
  const contract = Object.values(deadLetteredBy).find((c) => c.publisher === service);
  if (!contract) return;
  emit(tx, contract, letter.id, {
    deadLetterId: letter.id,
    service,
    subject: letter.subject,
    errorCode: letter.errorCode,
    at: new Date().toISOString(),
  });
}

/** The latest dead letters, newest first. */
export const latestDeadLetters = (db: Database, limit: number): Promise<DeadLetter[]> =>
  db.run(list, [limit]);

/** One dead letter; undefined when there is none. */
export async function findDeadLetter(db: Database, id: string): Promise<DeadLetter | undefined> {
  const [letter] = await db.run(find, [id]);
  return letter;
}

export async function markDeadLetterReplayed(db: Database, id: string): Promise<void> {
  await db.run(markReplayed, [id]);
}
