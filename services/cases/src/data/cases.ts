import type { CaseContent, CaseStatus, InputOf, Priority, createCase } from '@definitivedx/contracts';
import { statement, type Queryable, type Transaction } from '@definitivedx/db';
import type { AnsweredTemplate } from './templates.js';

export { endResponsibility, makeResponsible } from './responsibility.js';

/** What commands need to know of a case before they change it. */
export interface CaseState {
  readonly status: CaseStatus;
  readonly priority: Priority;
  readonly version: number;
  readonly textBytes: number;
  readonly requesterId: string;
  readonly responsibleId: string | null;
  readonly responsibleSince: Date | null;
  /** Null when only people were asked. */
  readonly leadPanelId: string | null;
  /** Other panels were asked in, whether they have answered or not. */
  readonly consulting: boolean;
}

const state = `
  select c.status, c.priority, c.version, c.text_bytes as "textBytes", c.requester_id as "requesterId",
    c.lead_panel_id as "leadPanelId", r.member_id as "responsibleId", r.from_at as "responsibleSince",
    exists (select from consultation k where k.case_id = c.id) as consulting
  from cases c left join responsibility r on r.case_id = c.id and r.until_at is null
  where c.id = $1`;

const readState = statement<CaseState>('case-state', state);
const lock = statement<{ id: string }>('case-lock', 'select id from cases where id = $1 for no key update');

/** The state of a case, or undefined when there is none of that id. */
export async function caseState(db: Queryable, caseId: string): Promise<CaseState | undefined> {
  const [row] = await db.run(readState, [caseId]);
  return row;
}

/** The state of a case, held still until the transaction ends. */
export async function lockedCase(tx: Transaction, caseId: string): Promise<CaseState | undefined> {
  // Two statements: one that waited for the lock would still see the responsibility of before the wait.
  await tx.run(lock, [caseId]);
  return caseState(tx, caseId);
}

/** What is asked, and the attestation it comes with. */
type Asked = CaseContent & Pick<InputOf<typeof createCase>, 'attestation'>;

// The attestation refers to the case, which is checked at the end of the statement.
const insert = statement<{ code: string }>(
  'case-insert',
  `with attested as (
     insert into attestation (case_id, member_id, version, hash, attested_at) values ($1, $2, $4, $5, $3)
   )
   insert into cases (id, requester_id, created_at, last_activity_at, organisation_id, lead_panel_id, text_bytes,
     question, history, age_band, sex, intended_action, priority, examination, results, medication, specialty,
     referral_allowed, consent_sharing, consent_photographs, template, consent_by, consent_at, status, version)
   values ($1, $2, $3, $3, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $2, $3,
     'awaiting-advice', 1)
   returning code`,
);

/** Keeps a new case with the attestation of its requester. @returns its code, drawn by the database */
export async function insertCase(
  tx: Transaction,
  of: {
    caseId: string;
    requesterId: string;
    organisationId: string;
    leadPanelId: string | null;
    asked: Asked;
    answered: AnsweredTemplate | undefined;
    bytes: number;
    at: Date;
  },
): Promise<string> {
  const { attestation, consent, ...asked } = of.asked;
  const row = one(
    await tx.run(insert, [
      ...[of.caseId, of.requesterId, of.at, attestation.version, attestation.hash],
      ...[of.organisationId, of.leadPanelId, of.bytes],
      ...[asked.question, asked.history, asked.ageBand, asked.sex, asked.intendedAction, asked.priority],
      ...[asked.examination ?? null, JSON.stringify(asked.results), asked.medication ?? null],
      ...[asked.specialty ?? null, asked.referralAllowed, consent.sharing, consent.photographs],
      of.answered === undefined ? null : JSON.stringify(of.answered),
    ]),
  );
  return row.code;
}

const lead = statement<never>('case-lead', 'update cases set lead_panel_id = $2 where id = $1');

/** Names the panel that leads a case from now on. */
export async function setLeadPanel(tx: Transaction, caseId: string, panelId: string | null): Promise<void> {
  await tx.run(lead, [caseId, panelId]);
}

const openOf = statement<{ caseId: string }>(
  'cases-open-of',
  `select c.id as "caseId" from responsibility r join cases c on c.id = r.case_id
   where r.member_id = $2 and r.until_at is null and c.lead_panel_id = $1
   order by c.id`,
);

/** Cases led by a panel that a member is responsible for, oldest first. Only open ones have anyone responsible. */
export async function openCasesOf(db: Queryable, panelId: string, memberId: string): Promise<string[]> {
  return (await db.run(openOf, [panelId, memberId])).map(({ caseId }) => caseId);
}

const touch = statement<{ version: number; lastActivityAt: Date }>(
  'case-touch',
  `with touched as (
     update cases set version = version + 1, status = $2, last_activity_at = greatest(last_activity_at, $3)
     where id = $1 returning version, last_activity_at
   ), filed as (
     update audience set last_activity_at = touched.last_activity_at from touched where case_id = $1
   )
   select version, last_activity_at as "lastActivityAt" from touched`,
);

const bump = statement<{ version: number }>(
  'case-bump',
  'update cases set version = version + 1, status = $2 where id = $1 returning version',
);

/** Records activity: a new version, and the case moves to the top of every list it is filed in. */
export async function recordActivity(
  tx: Transaction,
  caseId: string,
  status: CaseStatus,
  at: Date,
): Promise<{ version: number; lastActivityAt: Date }> {
  return one(await tx.run(touch, [caseId, status, at]));
}

/** Records a change that is nothing to read: a new version, and the case stays where it is in the lists. */
export async function recordChange(tx: Transaction, caseId: string, status: CaseStatus): Promise<number> {
  return one(await tx.run(bump, [caseId, status])).version;
}

/** The row of a statement that always gives one. */
export function one<Row>(rows: readonly Row[]): Row {
  const [row] = rows;
  if (row === undefined) throw new Error('a statement gave no row');
  return row;
}
