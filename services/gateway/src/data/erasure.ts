import type { ErasedRows } from '@definitivedx/contracts';
import { statement, type Transaction } from '@definitivedx/db';

const linking = statement<{ one: number }>(
  'gateway.erase-login-attempts',
  `delete from login_attempt a using session s
    where s.session_id = a.link_session_id and s.member_id = $1 returning 1 as one`,
);
const sessions = statement<{ one: number }>(
  'gateway.erase-sessions',
  'delete from session where member_id = $1 returning 1 as one',
);
const keys = statement<{ one: number }>(
  'gateway.erase-idempotency-keys',
  'delete from idempotency_key where member_id = $1 returning 1 as one',
);
// A repeat is still known for one, and does nothing twice; only what it said is gone.
const replies = statement<{ one: number }>(
  'gateway.erase-replies',
  `update idempotency_key set reply = '{"body": null, "headers": {}}'
    where status is not null and strpos(reply::text, $1::text) > 0 returning 1 as one`,
);

/** Erases what the gateway keeps of a member: sessions, and kept replies to them and about them. */
export async function eraseRows(tx: Transaction, memberId: string): Promise<ErasedRows> {
  const count = async (of: typeof sessions): Promise<number> => (await tx.run(of, [memberId])).length;
  return {
    login_attempt: await count(linking),
    session: await count(sessions),
    idempotency_key: (await count(keys)) + (await count(replies)),
  };
}
