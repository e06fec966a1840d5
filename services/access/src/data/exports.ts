import { exportDays } from '@definitivedx/contracts';
import { statement, type Queryable, type Transaction } from '@definitivedx/db';
import type { Actor } from './audit.js';

/** An export that goes on. */
export interface ExportRow {
  readonly exportId: string;
  readonly organisationId: string;
  readonly cases: boolean;
  readonly byKind: 'member' | 'client' | 'unknown';
  readonly byId: string | null;
  readonly origin: string | null;
}

const insert = statement<never>(
  'access.insert-export',
  `insert into organisation_export (id, organisation_id, cases, by_kind, by_id, origin, opened_at, ends_at)
   values ($1, $2, $3, $4, $5, $6, $7, $8)`,
);

/** Keeps that an export was begun. */
export function insertExport(
  tx: Transaction,
  one: Omit<ExportRow, 'byKind' | 'byId' | 'origin'> & {
    readonly by: Actor;
    readonly at: Date;
    readonly endsAt: Date;
  },
): void {
  const { exportId, organisationId, cases, by, at, endsAt } = one;
  tx.later(insert, [exportId, organisationId, cases, by.kind, by.id, by.from ?? null, at, endsAt]);
}

// Everything that let it begin is asked again, for each page: a role that ended, a program that was revoked, a leaving
// or an approval that was taken back.
const going = statement<ExportRow>(
  'access.export-that-goes-on',
  `select e.id as "exportId", e.organisation_id as "organisationId", e.cases, e.by_kind as "byKind", e.by_id as "byId",
          e.origin
     from organisation_export e
     join leaving l on l.organisation_id = e.organisation_id
     join organisation o on o.id = e.organisation_id
    where e.id = $1 and e.ends_at > $2::timestamptz
      and (not e.cases or l.cases_approved_at is not null)
      and case e.by_kind
            when 'member' then exists (
              select from acting a where a.member_id = e.by_id and a.organisation_id = e.organisation_id
                 and 'organisation-admin' = any (a.roles))
            when 'client' then o.status = 'active' and exists (
              select from client c where c.id = e.by_id and c.revoked_at is null and 'export' = any (c.scopes))
            else l.closed_at > $2::timestamptz - make_interval(days => ${String(exportDays)})
          end`,
);

/** An export, while whoever began it may still have it. */
export async function exportThatGoesOn(
  db: Queryable,
  exportId: string,
  now: Date,
): Promise<ExportRow | undefined> {
  const [row] = await db.run(going, [exportId, now]);
  return row;
}

const departed = statement<{ organisationId: string; casesApproved: boolean }>(
  'access.departed-by-token',
  `select organisation_id as "organisationId", cases_approved_at is not null as "casesApproved"
     from leaving
    where token_hash = $1 and closed_at > $2::timestamptz - make_interval(days => ${String(exportDays)})`,
);

/** The organisation that was closed not too long ago, by its export token. */
export async function departedByToken(
  db: Queryable,
  tokenHash: string,
  now: Date,
): Promise<{ organisationId: string; casesApproved: boolean } | undefined> {
  const [row] = await db.run(departed, [tokenHash, now]);
  return row;
}

const own = statement<{ caseId: string }>(
  'access.own-cases',
  `select case_id as "caseId" from case_ref where organisation_id = $1 and case_id = any ($2::uuid[]) order by 1`,
);

/** Which of the cases belong to the organisation. */
export const ownCases = async (
  db: Queryable,
  organisationId: string,
  caseIds: readonly string[],
): Promise<string[]> => (await db.run(own, [organisationId, caseIds])).map(({ caseId }) => caseId);

// Deciding and writing down are one statement: no case leaves without its line.
const take = statement<{ caseId: string }>(
  'access.take-cases',
  `insert into audit (at, actor_kind, actor_id, organisation_id, origin, act, outcome, case_id, subject_id, trace_id)
   select $3, $4, $5, $1, $6, 'case.export', 'allowed', case_id, $7, $8
     from case_ref where organisation_id = $1 and case_id = any ($2::uuid[])
   returning case_id as "caseId"`,
);

/** Writes each of the organisation's own among the cases down as exported. @returns those. */
export async function takeOwnCases(
  db: Queryable,
  { organisationId, exportId, byKind, byId, origin }: ExportRow,
  caseIds: readonly string[],
  at: Date,
  traceId: string | undefined,
): Promise<string[]> {
  const values = [organisationId, caseIds, at, byKind, byId, origin, exportId, traceId ?? null];
  return (await db.run(take, values)).map(({ caseId }) => caseId);
}

const people = statement<{ memberId: string; name: string; organisation: string | null }>(
  'access.people-in-cases',
  `select m.id as "memberId", m.name, place.name as organisation
     from member m
     left join lateral (
       select o.name from membership ms join organisation o on o.id = ms.organisation_id
        where ms.member_id = m.id
        order by ms.organisation_id = $1 desc, ms.status, ms.position limit 1) place on true
    where m.id = any ($2::uuid[])`,
);

/** Names of people with an organisation of theirs: this one when they are, or were, of it. */
export const peopleIn = (
  db: Queryable,
  organisationId: string,
  memberIds: readonly string[],
): Promise<{ memberId: string; name: string; organisation: string | null }[]> =>
  db.run(people, [organisationId, memberIds]);
