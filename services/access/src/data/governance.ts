import type { changeSettings, duty } from '@definitivedx/contracts';
import { asking, statement, type Asked, type Queryable, type Transaction } from '@definitivedx/db';
import type { MemberCaller } from '@definitivedx/auth';
import type { z } from 'zod';

export type Duty = z.output<typeof duty>;

interface Settings {
  readonly odsCode: string;
  readonly name: string;
  readonly shareWithEveryone: boolean;
  readonly governanceAccess: boolean;
  readonly teaching: boolean;
}

const columns = `ods_code as "odsCode", name, allow_everyone as "shareWithEveryone", governance_access as "governanceAccess",
  teaching`;

const settings = statement<Settings>(
  'access.organisation-settings',
  `select ${columns} from organisation where id = $1`,
);

/** What an organisation has turned on. */
export const settingsOf = (organisationId: string): Asked<Settings> => asking(settings, [organisationId]);

const change = statement<Settings>(
  'access.change-settings',
  `update organisation set allow_everyone = coalesce($2, allow_everyone),
          governance_access = coalesce($3, governance_access), teaching = coalesce($4, teaching)
    where id = $1 returning ${columns}`,
);

/** Turns on or off what is given; what is not stays as it is. */
export const changingSettings = (
  organisationId: string,
  to: z.output<(typeof changeSettings)['request']>,
): Asked<Settings> =>
  asking(change, [
    organisationId,
    to.shareWithEveryone ?? null,
    to.governanceAccess ?? null,
    to.teaching ?? null,
  ]);

interface OnDuty {
  readonly duty: Duty;
  readonly memberId: string;
  readonly name: string;
}

const onDuty = statement<OnDuty>(
  'access.on-duty',
  `select d.duty, d.member_id as "memberId", m.name
     from organisation_duty d
     join acting a on a.member_id = d.member_id and a.organisation_id = d.organisation_id
     join member m on m.id = d.member_id
    where d.organisation_id = $1
    order by m.name, m.id`,
);

/** Who covers an organisation's cases, and who governs it. */
export const findingDuties = (organisationId: string): Asked<OnDuty> => asking(onDuty, [organisationId]);

const places = statement<{ memberId: string }>(
  'access.places-among',
  `select member_id as "memberId" from acting where organisation_id = $1 and member_id = any ($2::uuid[])`,
);

/** Those of the members who act for the organisation. */
export const findingPlaces = (
  organisationId: string,
  memberIds: readonly string[],
): Asked<{ memberId: string }> => asking(places, [organisationId, memberIds]);

const relieve = statement<never>(
  'access.relieve-duty',
  `delete from organisation_duty where organisation_id = $1 and duty = $2 and member_id <> all ($3::uuid[])`,
);
const assign = statement<never>(
  'access.assign-duty',
  `insert into organisation_duty (organisation_id, duty, member_id, given_at)
   select $1, $2, member_id, $4 from unnest($3::uuid[]) as t (member_id)
       on conflict do nothing`,
);

/** Makes exactly these members have the duty; whoever had it before keeps the time it was given. */
export function replaceDuty(
  tx: Transaction,
  organisationId: string,
  of: Duty,
  memberIds: readonly string[],
  at: Date,
): void {
  tx.later(relieve, [organisationId, of, memberIds]);
  tx.later(assign, [organisationId, of, memberIds, at]);
}

const mayGovern = statement<{ one: number }>(
  'access.may-govern',
  `select 1 as one from acting a
     join organisation o on o.id = a.organisation_id and o.governance_access
     join organisation_duty d on d.member_id = a.member_id and d.organisation_id = a.organisation_id
       and d.duty = 'governance'
    where a.member_id = $1 and a.organisation_id = $2`,
);

/** Whether the caller governs the organisation they act for, and it lets them open cases. */
export async function governs(db: Queryable, { memberId, organisationId }: MemberCaller): Promise<boolean> {
  return (await db.run(mayGovern, [memberId, organisationId])).length > 0;
}

interface Opening {
  readonly openingId: string;
  readonly endsAt: Date;
}

const inForce = statement<Opening>(
  'access.opening-in-force',
  `select id as "openingId", ends_at as "endsAt" from governance_opening
    where case_id = $1 and member_id = $2 and organisation_id = $3 and ends_at > $4 order by ends_at desc limit 1`,
);

/** The opening by which a member sees the case now, if there is one. */
export const findingOpening = (
  caseId: string,
  { memberId, organisationId }: MemberCaller,
  now: Date,
): Asked<Opening> => asking(inForce, [caseId, memberId, organisationId, now]);

const open = statement<never>(
  'access.open-for-governance',
  `insert into governance_opening (id, case_id, member_id, organisation_id, reason, opened_at, ends_at)
   values ($1, $2, $3, $4, $5, $6, $7)`,
);

/** Opens a case to a governance lead for a time. */
export function insertOpening(
  tx: Transaction,
  opening: {
    readonly openingId: string;
    readonly caseId: string;
    readonly by: MemberCaller;
    readonly reason: string;
    readonly from: Date;
    readonly until: Date;
  },
): void {
  const { openingId, caseId, by, reason, from, until } = opening;
  tx.later(open, [openingId, caseId, by.memberId, by.organisationId, reason, from, until]);
}

const setInviteOnly = statement<never>(
  'access.set-invite-only',
  'update case_ref set invite_only = $2 where case_id = $1',
);

const setFlagged = statement<never>(
  'access.set-flagged',
  `update case_ref set flagged = $2, invite_only = invite_only or $2, flagged_version = $3
    where case_id = $1 and flagged_version <= $3`,
);

/** Keeps a locked case among people invited by name while it is flagged; unless something newer was said already. */
export function markFlagged(tx: Transaction, caseId: string, flagged: boolean, version: number): void {
  tx.later(setFlagged, [caseId, flagged, version]);
}

/** Marks a locked case as open to people by name alone, or not. */
export function markInviteOnly(tx: Transaction, caseId: string, inviteOnly: boolean): void {
  tx.later(setInviteOnly, [caseId, inviteOnly]);
}
