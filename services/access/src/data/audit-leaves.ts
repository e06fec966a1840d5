import { statement, type Queryable, type Statement } from '@definitivedx/db';
import type { AuditRow } from '@definitivedx/contracts';
import { sealedColumns } from './sealing.js';

/** A leaf with the row it is of; the row's `id` is null when the row is gone. */
export type LeafRow = Omit<AuditRow, 'id'> & {
  readonly leafIndex: string;
  readonly leafHash: string;
  readonly id: string | null;
};

const columns = `l.leaf_index::text as "leafIndex", encode(l.hash, 'hex') as "leafHash", ${sealedColumns}`;

const all = statement<LeafRow>(
  'access.audit-leaves',
  `select ${columns} from audit_leaf l left join audit a on a.id = l.audit_id
    where l.leaf_index > $1 and l.leaf_index < $2 order by l.leaf_index limit $3`,
);

/** Leaves after one, of the first `size`. */
export const leavesAfter = (db: Queryable, after: number, size: number, limit: number): Promise<LeafRow[]> =>
  db.run(all, [after, size, limit]);

/** A part of the audit, by whom or what it is about. Each statement goes by an index on what it is about. */
const part = (name: string, of: string): Statement<LeafRow> =>
  statement(
    `access.audit-leaves-of-${name}`,
    `select ${columns} from audit a join audit_leaf l on l.audit_id = a.id
      where ${of} and l.leaf_index > $2 and l.leaf_index < $3 order by l.leaf_index limit $4`,
  );
const parts = {
  case: part('case', 'a.case_id = $1::uuid'),
  organisation: part('organisation', 'a.organisation_id = $1::uuid'),
  // For who may know of no case but those of their own organisation: a row cannot be shown in part and still be proved.
  'own-organisation': part(
    'own-organisation',
    `a.organisation_id = $1::uuid and (a.case_id is null or exists (
       select from case_ref c where c.case_id = a.case_id and c.organisation_id = a.organisation_id))`,
  ),
};
export type Part = keyof typeof parts;

/** Leaves of one case or organisation after one, of the first `size`. */
export const leavesOfPart = (
  db: Queryable,
  of: { readonly part: Part; readonly id: string },
  after: number,
  size: number,
  limit: number,
): Promise<LeafRow[]> => db.run(parts[of.part], [of.id, after, size, limit]);

const strays = statement<AuditRow>(
  'access.audit-strays',
  `select ${sealedColumns} from audit a, audit_sealing s
    where a.id > $1::bigint and a.id <= s.low
      and not exists (select from audit_leaf l where l.audit_id = a.id)
    order by a.id limit 200`,
);
/** Rows that are not sealed although their ids say that they have been there for long. */
export const straysAfter = (db: Queryable, after: string): Promise<AuditRow[]> => db.run(strays, [after]);
