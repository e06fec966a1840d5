import type { InputOf, saveFilter } from '@definitivedx/contracts';
import { asking, statement, type Asked, type Queryable, type Transaction } from '@definitivedx/db';

type Content = Pick<InputOf<typeof saveFilter>, 'name' | 'filter'>;

export interface FilterRow extends Content {
  readonly filterId: string;
  readonly version: number;
  readonly changedAt: Date;
}

const columns = `id as "filterId", name, filter, version, changed_at as "changedAt"`;

const list = statement<FilterRow>(
  'filter-list',
  `select ${columns} from saved_filter where member_id = $1 order by lower(name), id`,
);

/** A member's saved filters, by name. */
export const filtersOf = (db: Queryable, memberId: string): Promise<FilterRow[]> => db.run(list, [memberId]);

// The lock is on the member, not on rows: two new filters at once must not both be the last that there is room for.
const lock = statement<never>(
  'filter-lock',
  `select pg_advisory_xact_lock(hashtextextended('saved_filter ' || $1::text, 0))`,
);
const others = statement<{ filters: number; named: boolean }>(
  'filter-others',
  `select count(*)::int as filters, coalesce(bool_or(lower(name) = lower($2::text)), false) as named
   from saved_filter where member_id = $1::uuid and ($3::uuid is null or id <> $3::uuid)`,
);

/** A member's other filters, held still until the transaction ends: how many, and whether one has this name. */
export const otherFilters = (
  memberId: string,
  name: string,
  filterId: string | null,
): readonly [Asked<never>, Asked<{ filters: number; named: boolean }>] => [
  asking(lock, [memberId]),
  asking(others, [memberId, name, filterId]),
];

const version = statement<{ version: number }>(
  'filter-version',
  'select version from saved_filter where id = $1 and member_id = $2 for update',
);

/** The version of a member's filter, held still until the transaction ends; undefined when it is not theirs. */
export async function lockedFilter(
  tx: Transaction,
  memberId: string,
  filterId: string,
): Promise<number | undefined> {
  return (await tx.run(version, [filterId, memberId]))[0]?.version;
}

const insert = statement<never>(
  'filter-insert',
  `insert into saved_filter (id, member_id, name, filter, created_at, changed_at) values ($1, $2, $3, $4, $5, $5)`,
);

/** Keeps a new filter. */
export function insertFilter(
  tx: Transaction,
  memberId: string,
  { filterId, name, filter, changedAt }: Omit<FilterRow, 'version'>,
): void {
  tx.later(insert, [filterId, memberId, name, JSON.stringify(filter), changedAt]);
}

const update = statement<never>(
  'filter-update',
  `update saved_filter set name = $2, filter = $3, version = $4, changed_at = $5 where id = $1`,
);

/** Keeps what has become of a filter whose row the transaction has locked. */
export function updateFilter(
  tx: Transaction,
  { filterId, name, filter, version: next, changedAt }: FilterRow,
): void {
  tx.later(update, [filterId, name, JSON.stringify(filter), next, changedAt]);
}

const remove = statement<{ id: string }>(
  'filter-delete',
  'delete from saved_filter where id = $1 and member_id = $2 returning id',
);

/** Forgets a member's filter. @returns false when it is not theirs. */
export const deleteFilterRow = async (
  tx: Transaction,
  memberId: string,
  filterId: string,
): Promise<boolean> => (await tx.run(remove, [filterId, memberId])).length > 0;

const forget = statement<{ one: number }>(
  'cases.erase-filters',
  'delete from saved_filter where member_id = $1 returning 1 as one',
);

/** Forgets a member's filters. @returns how many. */
export const eraseFilters = async (tx: Transaction, memberId: string): Promise<number> =>
  (await tx.run(forget, [memberId])).length;
