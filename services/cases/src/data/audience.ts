import {
  everyonePrincipal,
  type AudienceEntry,
  type DataOf,
  type ReplyOf,
  type revokeGrant,
  type shareRevoked,
} from '@definitivedx/contracts';
import type { MemberCaller } from '@definitivedx/auth';
import { statement, type Queryable, type Transaction } from '@definitivedx/db';
import { armTimer } from './timers.js';

/** One entry of the audience with the id of its grant. */
export interface Grant {
  readonly grantId: string;
  readonly entry: AudienceEntry;
}

/** Whom a grant is for; the audience entry it came from is one. */
type Grantee = AudienceEntry | ReplyOf<typeof revokeGrant>['to'];

type GrantRef = DataOf<typeof shareRevoked>['grant'];

/** The key under which a case shared with this entry is filed. */
function principalOf(entry: Grantee): string {
  switch (entry.kind) {
    case 'member':
      return entry.memberId.toLowerCase();
    case 'panel':
      return entry.panelId.toLowerCase();
    case 'everyone':
      return everyonePrincipal;
  }
}

/** The panels among whom a case is shared with, in the order given: the first one leads. */
export const panelIdsOf = (grants: readonly Grant[]): readonly string[] =>
  grants.flatMap(({ entry }) => (entry.kind === 'panel' ? [entry.panelId.toLowerCase()] : []));

/** A grant as the events name it. */
export const grantRef = (grantId: string, entry: Grantee): GrantRef => ({
  grantId,
  kind: entry.kind,
  principalId: principalOf(entry),
});

const file = statement<never>(
  'audience-file',
  `insert into audience (case_id, grant_id, kind, principal, expires_at, last_activity_at)
   select $1, * , $6 from unnest($2::uuid[], $3::text[], $4::uuid[], $5::timestamptz[])`,
);

const drop = statement<{ grantId: string }>(
  'audience-drop',
  `delete from audience where case_id = $1 and grant_id = $2 returning grant_id as "grantId"`,
);

const holds = statement<{ grantId: string }>(
  'audience-holds',
  `select grant_id as "grantId" from audience where case_id = $1 and grant_id = $2`,
);

/** Files a new case under its requester, and under their practice for those who cover it. */
export function fileUnderAsker(
  tx: Transaction,
  caseId: string,
  { memberId, organisationId }: MemberCaller,
  at: Date,
): void {
  tx.later(file, [
    caseId,
    [null, null],
    ['requester', 'practice'],
    [memberId, organisationId],
    [null, null],
    at,
  ]);
}

/** Files a case under everyone it is shared with. `at` is the case's latest activity, the same in all its rows. */
export function fileUnder(tx: Transaction, caseId: string, grants: readonly Grant[], at: Date): void {
  const entries = grants.map(({ entry }) => entry);
  tx.later(file, [
    caseId,
    grants.map(({ grantId }) => grantId),
    entries.map(({ kind }) => kind),
    entries.map(principalOf),
    entries.map(({ expiresAt }) => expiresAt ?? null),
    at,
  ]);
  for (const { grantId, entry } of grants) {
    if (entry.expiresAt === undefined) continue;
    armTimer(tx, { kind: 'grant-expired', caseId, subjectId: grantId, dueAt: new Date(entry.expiresAt) }, at);
  }
}

const find = statement<{ kind: 'member' | 'panel' | 'everyone'; principalId: string }>(
  'audience-find',
  `select kind, principal as "principalId" from audience where case_id = $1 and grant_id = $2`,
);

/** A grant that a case is filed under, or undefined. */
export async function filedGrant(
  tx: Queryable,
  caseId: string,
  grantId: string,
): Promise<GrantRef | undefined> {
  const [found] = await tx.run(find, [caseId, grantId]);
  return found && { grantId, ...found };
}

const panels = statement<{ panelId: string }>(
  'audience-panels',
  `select principal as "panelId" from audience
    where case_id = $1 and kind = 'panel' and (expires_at is null or expires_at > $2) order by grant_id`,
);

/** The panels that a case is filed under, in the order they were asked. */
export const filedPanels = async (db: Queryable, caseId: string, now: Date): Promise<string[]> =>
  (await db.run(panels, [caseId, now])).map(({ panelId }) => panelId);

/** Takes a case out of the lists of one grant. False when it was not in them, as when it is done again. */
export async function dropGrant(tx: Transaction, caseId: string, grantId: string): Promise<boolean> {
  return (await tx.run(drop, [caseId, grantId])).length > 0;
}

/** Whether a case is still filed under a grant. */
export async function hasGrant(tx: Transaction, caseId: string, grantId: string): Promise<boolean> {
  return (await tx.run(holds, [caseId, grantId])).length > 0;
}
