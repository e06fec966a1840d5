import { exportDays, type ReplyOf, type getLeaving } from '@definitivedx/contracts';
import { statement, type Queryable, type Transaction } from '@definitivedx/db';

type Leaving = ReplyOf<typeof getLeaving>;

export interface LeavingRow {
  readonly organisationId: string;
  readonly odsCode: string;
  readonly name: string;
  readonly reason: Leaving['reason'];
  readonly leavesOn: string;
  readonly askedAt: Date;
  readonly confirmedAt: Date | null;
  readonly closedAt: Date | null;
  readonly casesAskedBy: string | null;
  readonly casesApprovedAt: Date | null;
}

const columns = `l.organisation_id as "organisationId", o.ods_code as "odsCode", o.name, l.reason,
  l.leaves_on::text as "leavesOn", l.asked_at as "askedAt", l.confirmed_at as "confirmedAt", l.closed_at as "closedAt",
  l.cases_asked_by as "casesAskedBy", l.cases_approved_at as "casesApprovedAt"`;
const from = 'leaving l join organisation o on o.id = l.organisation_id';

const one = statement<LeavingRow>(
  'access.leaving',
  `select ${columns} from ${from} where l.organisation_id = $1`,
);

/** The leaving of an organisation. */
export async function leavingOf(db: Queryable, organisationId: string): Promise<LeavingRow | undefined> {
  const [row] = await db.run(one, [organisationId]);
  return row;
}

// Both rows, in one order for everybody: an organisation is closed once, and no act on it runs beside that.
const lock = statement<LeavingRow>(
  'access.lock-leaving',
  `select ${columns} from ${from} where l.organisation_id = $1 for update of o, l`,
);

/** The same, locked with its organisation. */
export async function lockLeaving(tx: Transaction, organisationId: string): Promise<LeavingRow | undefined> {
  const [row] = await tx.run(lock, [organisationId]);
  return row;
}

const list = statement<LeavingRow>(
  'access.leavings',
  `select ${columns} from ${from} where o.ods_code > $1 order by o.ods_code limit $2`,
);

/** Organisations that leave or have left, by ODS code. */
export const leavingsAfter = (db: Queryable, after: string, limit: number): Promise<LeavingRow[]> =>
  db.run(list, [after, limit]);

const put = statement<never>(
  'access.put-leaving',
  `insert into leaving (organisation_id, reason, leaves_on, asked_at, asked_by, token_hash)
   values ($1, $2, $3, $4, $5, $6)
       on conflict (organisation_id) do update
      set reason = excluded.reason, leaves_on = excluded.leaves_on, token_hash = excluded.token_hash`,
);

/** Keeps that an organisation leaves. */
export function putLeaving(
  tx: Transaction,
  leaving: {
    readonly organisationId: string;
    readonly reason: string;
    readonly leavesOn: string;
    readonly at: Date;
    readonly by: string;
    readonly tokenHash: string;
  },
): void {
  const { organisationId, reason, leavesOn, at, by, tokenHash } = leaving;
  tx.later(put, [organisationId, reason, leavesOn, at, by, tokenHash]);
}

const drop = statement<never>('access.drop-leaving', 'delete from leaving where organisation_id = $1');
export const dropLeaving = (tx: Transaction, organisationId: string): void => {
  tx.later(drop, [organisationId]);
};

const confirm = statement<never>(
  'access.confirm-leaving',
  'update leaving set confirmed_at = coalesce(confirmed_at, $2) where organisation_id = $1',
);
export const markConfirmed = (tx: Transaction, organisationId: string, at: Date): void => {
  tx.later(confirm, [organisationId, at]);
};

const askCases = statement<never>(
  'access.ask-for-case-export',
  `update leaving set cases_asked_at = $3, cases_asked_by = $2, cases_approved_at = null, cases_approved_by = null
    where organisation_id = $1 and cases_approved_at is null`,
);
/** An approval that is there stands. */
export const markCasesAsked = (tx: Transaction, organisationId: string, by: string, at: Date): void => {
  tx.later(askCases, [organisationId, by, at]);
};

const approveCases = statement<never>(
  'access.approve-case-export',
  `update leaving set cases_approved_at = $3, cases_approved_by = $2
    where organisation_id = $1 and cases_approved_at is null`,
);
export const markCasesApproved = (tx: Transaction, organisationId: string, by: string, at: Date): void => {
  tx.later(approveCases, [organisationId, by, at]);
};

const mayLook = statement<{ governs: boolean; administers: boolean }>(
  'access.may-look-at-leaving',
  `select 'organisation-admin' = any (a.roles) as administers,
          exists (select from organisation_duty d
                   where d.organisation_id = a.organisation_id and d.member_id = a.member_id
                     and d.duty = 'governance') as governs
     from acting a where a.member_id = $1 and a.organisation_id = $2`,
);

/** What the member does for the organisation, now. */
export async function dutiesIn(
  db: Queryable,
  memberId: string,
  organisationId: string,
): Promise<{ governs: boolean; administers: boolean }> {
  const [row] = await db.run(mayLook, [memberId, organisationId]);
  return row ?? { governs: false, administers: false };
}

const close = statement<never>(
  'access.close-organisation',
  `with closed as (
     update organisation set status = 'closed' where id = $1
   ), left_on as (
     update leaving set closed_at = $2 where organisation_id = $1
   ), tokens as (
     update scim_token set revoked_at = $2 from client
      where client.id = scim_token.client_id and client.organisation_id = $1 and scim_token.revoked_at is null
   ), programs as (
     update client set revoked_at = $2 where organisation_id = $1 and revoked_at is null
   )
   update membership set status = 'ended', ended_at = $2, changed_at = $2
    where organisation_id = $1 and status = 'active'`,
);
/** Ends an organisation with all its places and programs. */
export const markClosed = (tx: Transaction, organisationId: string, at: Date): void => {
  tx.later(close, [organisationId, at]);
};

const members = statement<{ memberId: string }>(
  'access.members-to-leave',
  `select member_id as "memberId" from membership where organisation_id = $1 and status = 'active' order by 1`,
);
/** Whose places end with the organisation. */
export const membersToLeave = async (tx: Transaction, organisationId: string): Promise<string[]> =>
  (await tx.run(members, [organisationId])).map(({ memberId }) => memberId);

const dayMs = 86_400_000;

/** As the contracts say it. */
export const toLeaving = (row: LeavingRow): Leaving => ({
  organisationId: row.organisationId,
  odsCode: row.odsCode,
  name: row.name,
  state: row.closedAt ? 'closed' : row.confirmedAt ? 'confirmed' : 'asked',
  reason: row.reason,
  leavesOn: row.leavesOn,
  askedAt: row.askedAt.toISOString(),
  confirmedAt: row.confirmedAt?.toISOString() ?? null,
  closedAt: row.closedAt?.toISOString() ?? null,
  exportUntil: row.closedAt ? new Date(row.closedAt.getTime() + exportDays * dayMs).toISOString() : null,
  caseExport: row.casesApprovedAt ? 'approved' : row.casesAskedBy ? 'asked' : 'not-asked',
});
