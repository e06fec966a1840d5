import { statement, type Queryable, type Transaction } from '@definitivedx/db';

const markHandled = statement<{ durable: string }>(
  'inbox-handled',
  `insert into inbox (durable, message_id, handled_at) values ($1, $2, clock_timestamp())
   on conflict (durable, message_id) do update set handled_at = clock_timestamp() where inbox.handled_at is null
   returning durable`,
);
const markFailed = statement<{ failures: number }>(
  'inbox-failed',
  `insert into inbox (durable, message_id, failures) values ($1, $2, 1)
   on conflict (durable, message_id) do update set failures = inbox.failures + 1
   returning failures`,
);

/**
 * Claims a message for the transaction that carries out its effect.
 * @returns false when it had its effect already. A concurrent delivery waits here for the other's commit.
 */
export async function claimMessage(tx: Transaction, durable: string, messageId: string): Promise<boolean> {
  const [row] = await tx.run(markHandled, [durable, messageId]);
  return row !== undefined;
}

/** Counts a failure of the handler. The server's delivery count will not do: it also counts outages and restarts. */
export async function countFailure(db: Queryable, durable: string, messageId: string): Promise<number> {
  const [row] = await db.run(markFailed, [durable, messageId]);
  return row?.failures ?? 1;
}
