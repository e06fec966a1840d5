import { v7 as uuidv7 } from 'uuid';
import type { z } from 'zod';
import type { EventContract } from '@definitivedx/contracts';
import { statement, type Transaction } from '@definitivedx/db';
import { currentTraceparent } from '@definitivedx/telemetry';

const insert = statement(
  'outbox-insert',
  'insert into outbox (message_id, subject, aggregate_id, payload, traceparent) values ($1, $2, $3, $4, $5)',
);

/**
 * Publishes an event with the transaction: it leaves once the transaction is committed, and never otherwise.
 * @param aggregateId events of one aggregate are published in the order they were emitted.
 */
export function emit<C extends EventContract>(
  tx: Transaction,
  contract: C,
  aggregateId: string,
  data: z.input<C['data']>,
): void {
  // Parsing here keeps anything a contract does not name out of the stream, where it could not be erased.
  const payload = JSON.stringify(contract.data.parse(data));
  tx.later(insert, [uuidv7(), contract.subject, aggregateId, payload, currentTraceparent() ?? null]);
}
