import { asking, statement, type Asked, type Queryable, type Transaction } from '@definitivedx/db';
import type { AuditRow } from '@definitivedx/contracts';

/**
 * Every column of the audit in the form in which it is hashed: the only list of them. A time keeps its microseconds,
 * else one could be changed by less than a millisecond and nobody would see it.
 */
export const sealedColumns = `
  a.id::text as id, to_char(a.at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as at,
  a.actor_kind as "actorKind", a.actor_id as "actorId", a.organisation_id as "organisationId", a.origin, a.act,
  a.purpose, a.case_id as "caseId", a.subject_id as "subjectId", a.via, a.grant_id as "grantId", a.outcome, a.detail,
  a.trace_id as "traceId"`;

const lock = statement<{ locked: boolean }>(
  'access.lock-sealing',
  `select pg_try_advisory_xact_lock(hashtext('access.audit-sealing')) as locked`,
);

/** Takes the one seat of the sealer for the transaction. @returns false when another replica sits there. */
export const takingSeat = (): Asked<{ locked: boolean }> => asking(lock);

export interface Standing {
  /** Every row with an id up to this one is sealed, and no other will ever get such an id. */
  readonly low: string;
  /** An id up to which everybody who may still add a smaller one was noted; null when none is. */
  readonly mark: string | null;
  /** True when all who were noted with the mark are gone. */
  readonly settled: boolean;
  /** Leaves in the tree. */
  readonly size: string;
}

/**
 * Writers hold this lock on the table from before they draw an id until they are visible or gone; what a snapshot says of
 * transactions will not do, because an id is drawn before its transaction gets a number.
 */
const writers = `
  select virtualtransaction from pg_locks
   where locktype = 'relation' and relation = 'audit'::regclass and mode = 'RowExclusiveLock' and granted
     and database = (select oid from pg_database where datname = current_database())`;

const standing = statement<Standing>(
  'access.sealing-standing',
  `select low::text, mark::text, coalesce((select max(leaf_index) + 1 from audit_leaf), 0)::text as size,
          mark is not null and not exists (
            select from (${writers}) as w where w.virtualtransaction = any (mark_writers)) as settled
     from audit_sealing`,
);
export const lookingUpStanding = (): Asked<Standing> => asking(standing);

// Leaves are bounded as rows are: without it the planner would go through all of them for each batch.
const unsealed = statement<AuditRow>(
  'access.unsealed-audit',
  `select ${sealedColumns} from audit a
    where a.id > $1::bigint
      and not exists (select from audit_leaf l where l.audit_id = a.id and l.audit_id > $1::bigint)
    order by a.id limit $2`,
);
/** Rows above `low` that have no leaf, in the order of their ids. */
export const unsealedRows = (db: Queryable, low: string, limit: number): Promise<AuditRow[]> =>
  db.run(unsealed, [low, limit]);

export interface Leaf {
  readonly index: number;
  readonly auditId: string;
  readonly hash: Buffer;
}
export interface KeptNode {
  readonly level: number;
  readonly index: number;
  readonly hash: Buffer;
}

const insertLeaves = statement<never>(
  'access.insert-audit-leaves',
  `insert into audit_leaf (leaf_index, audit_id, hash) select * from unnest($1::bigint[], $2::bigint[], $3::bytea[])`,
);
const insertNodes = statement<never>(
  'access.insert-audit-nodes',
  `insert into audit_node (level, node_index, hash) select * from unnest($1::smallint[], $2::bigint[], $3::bytea[])`,
);

/** Adds leaves and the subtrees they complete, with the transaction. */
export function addLeaves(tx: Transaction, leaves: readonly Leaf[], nodes: readonly KeptNode[]): void {
  tx.later(insertLeaves, [
    leaves.map(({ index }) => index),
    leaves.map(({ auditId }) => auditId),
    leaves.map(({ hash }) => hash),
  ]);
  if (nodes.length === 0) return;
  tx.later(insertNodes, [
    nodes.map(({ level }) => level),
    nodes.map(({ index }) => index),
    nodes.map(({ hash }) => hash),
  ]);
}

const raiseLow = statement<never>(
  'access.raise-audit-low',
  `update audit_sealing
      set low = $1::bigint,
          mark = case when mark <= $1::bigint then null else mark end,
          mark_writers = case when mark <= $1::bigint then null else mark_writers end`,
);
/** Notes that everything up to an id is sealed for good. */
export const raisingLow = (low: string): Asked => asking(raiseLow, [low]);

// The id is seen in the statement's snapshot, which is older than its look at the writers: whoever drew a smaller id is
// either visible or among them.
const setMark = statement<never>(
  'access.set-audit-mark',
  `update audit_sealing
      set mark = seen.id, mark_writers = array(${writers})
     from (select max(id) as id from audit) as seen
    where mark is null and seen.id > low`,
);
/** Notes the highest id there is and all who may still be about to commit a smaller one. */
export const settingMark = (): Asked => asking(setMark);
