import type { ErasedRows } from '@definitivedx/contracts';
import { statement, type Queryable, type Transaction } from '@definitivedx/db';

/** An erasure that was asked for or carried out. */
export interface Erasure {
  readonly requestedAt: Date | null;
  readonly erasedAt: Date | null;
}

const one = statement<Erasure>(
  'access.erasure',
  'select requested_at as "requestedAt", erased_at as "erasedAt" from erasure where member_id = $1',
);

/** Undefined when nobody ever asked. */
export async function erasureOf(db: Queryable, memberId: string): Promise<Erasure | undefined> {
  const [found] = await db.run(one, [memberId]);
  return found;
}

const keepRequest = statement<{ requestedAt: Date; isNew: boolean }>(
  'access.request-erasure',
  `insert into erasure as e (member_id, requested_at) values ($1, $2)
       on conflict (member_id) do update set requested_at = coalesce(e.requested_at, excluded.requested_at)
   returning requested_at as "requestedAt", requested_at = $2 as "isNew"`,
);

/** Records that a person asked to be erased. @returns when they first did. */
export async function keepErasureRequest(
  tx: Transaction,
  memberId: string,
  now: Date,
): Promise<{ requestedAt: Date; isNew: boolean }> {
  const [kept] = await tx.run(keepRequest, [memberId, now]);
  return kept ?? { requestedAt: now, isNew: true };
}

const carryOut = statement<never>(
  'access.carry-out-erasure',
  `insert into erasure (member_id, erased_at, erased_by) values ($1, $2, $3)
       on conflict (member_id) do update set erased_at = excluded.erased_at, erased_by = excluded.erased_by`,
);

/** Records that the person is erased here. */
export const keepErasure = (tx: Transaction, memberId: string, by: string, now: Date): void => {
  tx.later(carryOut, [memberId, now, by]);
};

const part = statement<never>(
  'access.erasure-part',
  `insert into erasure_part (member_id, service, at, rows) values ($1, $2, $3, $4)
       on conflict (member_id, service) do nothing`,
);

/** Records what a service has erased; the first word counts. */
export const keepErasedPart = (
  tx: Transaction,
  done: { memberId: string; service: string; at: Date; rows: ErasedRows },
): void => {
  tx.later(part, [done.memberId, done.service, done.at, JSON.stringify(done.rows)]);
};

const parts = statement<{ service: string; at: Date; rows: ErasedRows }>(
  'access.erasure-parts',
  'select service, at, rows from erasure_part where member_id = $1',
);

/** The parts of an erasure that are done. */
export const erasedParts = (
  db: Queryable,
  memberId: string,
): Promise<{ service: string; at: Date; rows: ErasedRows }[]> => db.run(parts, [memberId]);

const without = statement<{ memberId: string }>(
  'access.erasures-without-part',
  `select e.member_id as "memberId" from erasure e
    where e.erased_at is not null
      and not exists (select from erasure_part p where p.member_id = e.member_id and p.service = $1)
    order by e.erased_at limit $2`,
);

/** People who are erased here and whose part at a service is still to be done. */
export const erasedWithoutPart = async (db: Queryable, service: string, limit: number): Promise<string[]> =>
  (await db.run(without, [service, limit])).map(({ memberId }) => memberId);
