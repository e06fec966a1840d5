import { statement, type Queryable, type Transaction } from '@definitivedx/db';

/** One line of the audit, other than those the access decision writes by itself. Ids and codes only. */
export interface AuditEntry {
  readonly at: Date;
  /** Null when nobody with an account is behind it. */
  readonly memberId: string | null;
  readonly organisationId: string | null;
  readonly act: string;
  readonly outcome: 'allowed' | 'refused';
  readonly caseId?: string;
  /** What was acted on, for instance a post or a grant. */
  readonly subjectId?: string | null;
  readonly traceId: string | undefined;
}

const insertAudit = statement<never>(
  'access.append-audit',
  `insert into audit (at, actor_kind, actor_id, organisation_id, act, outcome, case_id, subject_id, trace_id)
   values ($1, case when $2::uuid is null then 'unknown' else 'member' end, $2::uuid, $3, $4, $5, $6, $7, $8)`,
);

const valuesOf = (entry: AuditEntry): unknown[] => [
  entry.at,
  entry.memberId,
  entry.organisationId,
  entry.act,
  entry.outcome,
  entry.caseId ?? null,
  entry.subjectId ?? null,
  entry.traceId ?? null,
];

/** Appends to the audit; there is no way to change or remove a line. */
export async function appendAudit(db: Queryable, entry: AuditEntry): Promise<void> {
  await db.run(insertAudit, valuesOf(entry));
}

/** Appends to the audit with the transaction. */
export function appendAuditWith(tx: Transaction, entry: AuditEntry): void {
  tx.later(insertAudit, valuesOf(entry));
}
