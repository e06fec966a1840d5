import { statement, type Queryable, type Transaction } from '@definitivedx/db';
import type { ReplyOf, getCase } from '@definitivedx/contracts';
import type { ResponseClock } from '../domain/response-clock.js';
import { armTimer, disarmTimer } from './timers.js';

/** Why a consultation is over. */
export type ConsultationEnd = NonNullable<ReplyOf<typeof getCase>['panels'][number]['ended']>;

/** A panel that was asked in, with its own clock. */
export interface Consultation {
  readonly consultationId: string;
  readonly panelId: string;
  readonly ended: ConsultationEnd | null;
  readonly clock: ResponseClock;
}

const insert = statement<never>(
  'consultation-insert',
  `insert into consultation (id, case_id, panel_id, question, asked_by, asked_at, calendar, terms, budget_minutes,
     running_since, due_at)
   values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $6, $10)`,
);

const room = statement<never>(
  'consultation-room',
  'update cases set text_bytes = text_bytes + $2 where id = $1',
);

/** Keeps what a panel is asked, and starts its clock. The case is locked. */
export function insertConsultation(
  tx: Transaction,
  of: {
    readonly consultationId: string;
    readonly caseId: string;
    readonly panelId: string;
    readonly question: string;
    readonly bytes: number;
    readonly askedBy: string;
    readonly clock: ResponseClock;
  },
): void {
  const { consultationId, caseId, panelId, question, askedBy, clock } = of;
  const { startedAt, calendar, terms, budgetMinutes, dueAt } = clock;
  const kept = JSON.stringify(terms);
  const asked = [consultationId, caseId, panelId, question, askedBy, startedAt];
  tx.later(insert, [...asked, calendar, kept, budgetMinutes, dueAt]);
  tx.later(room, [caseId, of.bytes]);
  armTimer(tx, { kind: 'consultation-overdue', caseId, subjectId: consultationId, dueAt }, startedAt);
}

interface Row extends Omit<ResponseClock, 'firstAnswerAt'> {
  readonly consultationId: string;
  readonly panelId: string;
  readonly ended: ConsultationEnd | null;
}

const select = statement<Row>(
  'consultations-of',
  `select id as "consultationId", panel_id as "panelId", ended, calendar, terms, budget_minutes as "budgetMinutes",
     used_minutes as "usedMinutes", asked_at as "startedAt", running_since as "runningSince",
     stopped_at as "stoppedAt", due_at as "dueAt"
   from consultation where case_id = $1 order by id`,
);

/** The panels that were asked in, in order, those included whose part is over. */
export async function consultationsOf(db: Queryable, caseId: string): Promise<Consultation[]> {
  const rows = await db.run(select, [caseId]);
  return rows.map(({ consultationId, panelId, ended, ...clock }) => ({
    consultationId,
    panelId,
    ended,
    clock: { ...clock, firstAnswerAt: null },
  }));
}

const write = statement<never>(
  'consultation-write',
  `update consultation set used_minutes = $2, running_since = $3, stopped_at = $4, due_at = $5, ended = $6 where id = $1`,
);

/** Keeps what has become of the clock of a consultation. The case is locked. */
export function saveConsultation(
  tx: Transaction,
  caseId: string,
  { consultationId, ended, clock }: Consultation,
): void {
  const { usedMinutes, runningSince, stoppedAt, dueAt } = clock;
  tx.later(write, [consultationId, usedMinutes, runningSince, stoppedAt, dueAt, ended]);
  const timer = { kind: 'consultation-overdue', caseId, subjectId: consultationId };
  if (runningSince === null) disarmTimer(tx, caseId, timer.kind, consultationId);
  else armTimer(tx, { ...timer, dueAt }, runningSince);
}

const adviceOf = statement<never>(
  'consulted-advice-insert',
  'insert into consulted_advice (post_id, consultation_id) values ($1, $2)',
);

/** Notes that advice came from a consulted panel, so that it is no plan. */
export function noteConsultedAdvice(tx: Transaction, postId: string, consultationId: string): void {
  tx.later(adviceOf, [postId, consultationId]);
}

const consultationOf = statement<{ consultationId: string }>(
  'consulted-advice-of',
  'select consultation_id as "consultationId" from consulted_advice where post_id = $1',
);

/** From which consultation advice came; undefined for advice of the leading side. */
export async function consultationOfAdvice(tx: Transaction, postId: string): Promise<string | undefined> {
  const [row] = await tx.run(consultationOf, [postId]);
  return row?.consultationId;
}

const overdue = statement<{ panelId: string; dueAt: Date }>(
  'consultation-overdue',
  `update consultation set overdue_at = $2
    where id = $1 and running_since is not null and due_at <= $2 and overdue_at is null
   returning panel_id as "panelId", due_at as "dueAt"`,
);

/** Notes that a consulted panel is late; undefined when it is not, or was noted before. The case is locked. */
export async function noteConsultationOverdue(
  tx: Transaction,
  consultationId: string,
  at: Date,
): Promise<{ panelId: string; dueAt: Date } | undefined> {
  const [late] = await tx.run(overdue, [consultationId, at]);
  return late;
}

/** What is read of the panels of a case, besides what the case itself has. */
export interface ConsultationRead {
  readonly panelId: string;
  readonly question: string;
  readonly askedBy: string;
  /** As PostgreSQL writes JSON: text with an offset. */
  readonly askedAt: string;
  readonly running: boolean;
  readonly dueAt: string;
  readonly ended: ConsultationEnd | null;
  readonly advice: readonly string[];
}

/** Of the case `c`, within the statement that reads it, so that panels, advice and posts are of one moment. */
export const consultationsRead = `coalesce((
       select jsonb_agg(jsonb_build_object('panelId', k.panel_id, 'question', k.question, 'askedBy', k.asked_by,
         'askedAt', k.asked_at, 'running', k.running_since is not null, 'dueAt', k.due_at, 'ended', k.ended,
         'advice', coalesce((select jsonb_agg(a.post_id order by a.post_id) from consulted_advice a
                             where a.consultation_id = k.id), '[]')) order by k.id)
       from consultation k where k.case_id = c.id
     ), '[]')`;
