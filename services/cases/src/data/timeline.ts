import type { TimelineKind } from '@definitivedx/contracts';
import { statement, type Queryable, type Transaction } from '@definitivedx/db';

const insert = statement<never>(
  'timeline-insert',
  `insert into timeline (case_id, kind, actor_id, subject_id, detail, at) values ($1, $2, $3, $4, $5, $6)`,
);

/** Something that happened to a case, for those who may see it. */
export interface Happening {
  readonly kind: TimelineKind;
  /** Null for what the programme did by itself. */
  readonly actorId: string | null;
  /** The post, grant, panel or member concerned. */
  readonly subjectId?: string | null;
  /** Codes only, such as statuses and reasons: what people write has its own tables. */
  readonly detail?: Readonly<Record<string, string | number | boolean | null>>;
  readonly at: Date;
}

/** Puts something that happened on the timeline of a case. What is there is never changed. */
export function note(tx: Transaction, caseId: string, happening: Happening): void {
  const { kind, actorId, subjectId = null, detail = {}, at } = happening;
  tx.later(insert, [caseId, kind, actorId, subjectId, JSON.stringify(detail), at]);
}

/** A row of a timeline. */
export interface Happened {
  readonly number: number;
  readonly kind: TimelineKind;
  readonly actorId: string | null;
  readonly subjectId: string | null;
  readonly detail: Record<string, string | number | boolean | null>;
  readonly at: Date;
}

const after = statement<Happened>(
  'timeline-after',
  `select id::float8 as number, kind, actor_id as "actorId", subject_id as "subjectId", detail, at
   from timeline where case_id = $1 and id > $2 and kind <> all ($4::text[]) order by id limit $3`,
);

/** What happened to a case after a row, in order. @param without kinds that whoever asks is not told of */
export const timelineAfter = (
  db: Queryable,
  caseId: string,
  number: number,
  limit: number,
  without: readonly TimelineKind[],
): Promise<Happened[]> => db.run(after, [caseId, number, limit, without]);
