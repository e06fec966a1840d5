import type { Caller } from '@definitivedx/auth';
import { statement, type Queryable, type Transaction } from '@definitivedx/db';

/** Who is behind an act, as the audit keeps it. */
export interface Actor {
  readonly kind: 'member' | 'client' | 'service' | 'unknown';
  /** Of the member or program; null when nobody with an account, or a service of ours, is behind it. */
  readonly id: string | null;
  /** The organisation they acted for. */
  readonly organisationId: string | null;
  /** The network address the request came from. */
  readonly from?: string | undefined;
}

/** The actor of what a caller does. */
export function actorOf(caller: Caller): Actor {
  switch (caller.kind) {
    case 'member':
      return { ...caller, id: caller.memberId };
    case 'client':
      return { ...caller, id: caller.clientId };
    case 'service':
      return { kind: 'service', id: null, organisationId: null };
  }
}

/** One line of the audit, other than those the access decision writes by itself. Ids and codes only. */
export interface AuditEntry {
  readonly at: Date;
  readonly actor: Actor;
  readonly act: string;
  readonly outcome: 'allowed' | 'refused';
  readonly caseId?: string;
  /** What was acted on, for instance a post, a grant or a member. */
  readonly subjectId?: string | null;
  /** What else there is to know, in codes and numbers: never a name, an address or a text. */
  readonly detail?: Readonly<Record<string, unknown>>;
  readonly traceId: string | undefined;
}

const insertAudit = statement<never>(
  'access.append-audit',
  `insert into audit (at, actor_kind, actor_id, organisation_id, origin, act, outcome, case_id, subject_id, detail, trace_id)
   values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`,
);

const valuesOf = ({ actor, ...entry }: AuditEntry): unknown[] => [
  entry.at,
  actor.kind,
  actor.id,
  actor.organisationId,
  actor.from ?? null,
  entry.act,
  entry.outcome,
  entry.caseId ?? null,
  entry.subjectId ?? null,
  entry.detail === undefined ? null : JSON.stringify(entry.detail),
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
