import type { PanelRecord, PanelTerms } from '@definitivedx/contracts';
import { statement, type Queryable, type Transaction } from '@definitivedx/db';
import type { Conditions } from './members.js';

/** A panel as its organisation keeps it. */
export interface OwnPanelRow {
  readonly panelId: string;
  readonly name: string;
  readonly specialty: string;
  readonly phone: string;
  readonly status: 'preparing' | 'active' | 'closed';
  readonly openTo: PanelRecord['openTo'];
  readonly leadMemberId: string | null;
  readonly externalId: string | null;
  readonly terms: PanelTerms;
  readonly memberCount: number;
  readonly createdAt: Date;
  readonly changedAt: Date;
  readonly version: number;
}

const ofPanel = `p.id as "panelId", p.name, p.specialty, p.phone, p.status, p.open_to as "openTo",
  p.lead_member_id as "leadMemberId", p.external_id as "externalId", p.terms,
  (select count(*)::int from panel_member pm where pm.panel_id = p.id) as "memberCount",
  p.created_at as "createdAt", p.changed_at as "changedAt", p.version`;

const all = statement<OwnPanelRow>(
  'access.own-panels',
  `select ${ofPanel} from panel p where p.organisation_id = $1 order by p.name, p.id`,
);
const one = statement<OwnPanelRow>(
  'access.own-panel',
  `select ${ofPanel} from panel p where p.organisation_id = $1 and p.id = $2`,
);
const locked = statement<{ one: number }>(
  'access.lock-panel',
  'select 1 as one from panel where organisation_id = $1 and id = $2 for update',
);

/** The organisation's panels, by name. */
export const ownPanels = (db: Queryable, organisationId: string): Promise<OwnPanelRow[]> =>
  db.run(all, [organisationId]);

/** One of the organisation's panels. */
export async function ownPanel(
  db: Queryable,
  organisationId: string,
  panelId: string,
): Promise<OwnPanelRow | undefined> {
  const [row] = await db.run(one, [organisationId, panelId]);
  return row;
}

/** The same, locked, as it is once nobody else changes it. */
export async function lockPanel(
  tx: Transaction,
  organisationId: string,
  panelId: string,
): Promise<OwnPanelRow | undefined> {
  await tx.run(locked, [organisationId, panelId]);
  return ownPanel(tx, organisationId, panelId);
}

/** How many parameters `panelsWhere` has of its own. */
export const panelParameters = 1;

/** Panels of the organisation, closed ones left out, that meet a filter's conditions; see `membersWhere`. */
export async function panelsWhere(
  db: Queryable,
  organisationId: string,
  { text, values }: Conditions,
  { offset, limit }: { readonly offset: number; readonly limit: number },
): Promise<{ total: number; rows: OwnPanelRow[] }> {
  const from = `from panel p where p.organisation_id = $1 and p.status <> 'closed' and (${text})`;
  const parameters = [organisationId, ...values];
  const [counted] = await db.run<{ total: number }>(
    { name: '', text: `select count(*)::int as total ${from}` },
    parameters,
  );
  const at = String(parameters.length + 1);
  const rows = await db.run<OwnPanelRow>(
    {
      name: '',
      text: `select ${ofPanel} ${from} order by p.id limit $${at} offset $${String(parameters.length + 2)}`,
    },
    [...parameters, limit, offset],
  );
  return { total: counted?.total ?? 0, rows };
}

const named = statement<{ status: string }>(
  'access.panel-named',
  'select status from panel where organisation_id = $1 and name = $2 and id <> $3',
);

/** The state of another panel of that name; names are not used again. */
export async function panelNamed(
  tx: Transaction,
  organisationId: string,
  name: string,
  exceptId: string,
): Promise<string | undefined> {
  const [row] = await tx.run(named, [organisationId, name, exceptId]);
  return row?.status;
}

const insert = statement<never>(
  'access.insert-panel',
  `insert into panel (id, organisation_id, name, specialty, phone, lead_member_id, status, open_to, external_id, terms,
                      created_at, changed_at)
   values ($1, $2, $3, $4, $5, $6, $7, $8, $9, coalesce($10::jsonb, $11::jsonb), $12, $12)`,
);
const update = statement<never>(
  'access.update-panel',
  `update panel set name = $2, specialty = $3, phone = $4, lead_member_id = $5, status = $6, open_to = $7,
                    external_id = $8, terms = $9, changed_at = $10
    where id = $1`,
);

type Kept = Omit<OwnPanelRow, 'memberCount' | 'createdAt' | 'changedAt' | 'version'>;

/** A new panel; its members follow in the same transaction. */
export function insertPanel(tx: Transaction, organisationId: string, panel: Kept, now: Date): void {
  const { panelId, name, specialty, phone, leadMemberId, status, openTo, externalId, terms } = panel;
  const values = [panelId, organisationId, name, specialty, phone, leadMemberId, status, openTo, externalId];
  tx.later(insert, [...values, JSON.stringify(terms), null, now]);
}

/** Writes what a panel is from now on. */
export function updatePanel(tx: Transaction, panel: Kept, now: Date): void {
  const { panelId, name, specialty, phone, leadMemberId, status, openTo, externalId, terms } = panel;
  const values = [panelId, name, specialty, phone, leadMemberId, status, openTo, externalId];
  tx.later(update, [...values, JSON.stringify(terms), now]);
}

const activate = statement<never>(
  'access.activate-panel',
  `update panel set status = 'active' where id = $1 and status = 'preparing'`,
);

/** Has a panel that was being prepared, and is complete now, take cases. */
export const activatePanel = (tx: Transaction, panelId: string): void => {
  tx.later(activate, [panelId]);
};

const touch = statement<never>(
  'access.touch-panel',
  'update panel set changed_at = $2, version = version where id = $1',
);
const join = statement<never>(
  'access.join-panel',
  `insert into panel_member (panel_id, organisation_id, member_id)
   select $1, $2, member_id from unnest($3::uuid[]) as t (member_id)
       on conflict (panel_id, member_id) do nothing`,
);
const leave = statement<{ memberId: string }>(
  'access.leave-panel',
  `delete from panel_member where panel_id = $1 and member_id = any ($2::uuid[]) returning member_id as "memberId"`,
);

/** Adds members of the organisation to a panel. */
export function joinPanel(
  tx: Transaction,
  { panelId, organisationId }: { readonly panelId: string; readonly organisationId: string },
  memberIds: readonly string[],
  now: Date,
): void {
  tx.later(join, [panelId, organisationId, memberIds]);
  tx.later(touch, [panelId, now]);
}

/** Takes members out of a panel. @returns those who were in it. */
export async function dropFromPanel(
  tx: Transaction,
  panelId: string,
  memberIds: readonly string[],
  now: Date,
): Promise<string[]> {
  const rows = await tx.run(leave, [panelId, memberIds]);
  tx.later(touch, [panelId, now]);
  return rows.map((row) => row.memberId);
}

const members = statement<{ memberId: string; name: string }>(
  'access.members-of-panel',
  `select m.id as "memberId", coalesce(ms.name, m.name) as name
     from panel_member pm
     join member m on m.id = pm.member_id
     join membership ms on ms.member_id = pm.member_id and ms.organisation_id = pm.organisation_id
    where pm.panel_id = $1 order by m.id`,
);

/** Who is in a panel. */
export const membersOfPanel = (
  db: Queryable,
  panelId: string,
): Promise<{ memberId: string; name: string }[]> => db.run(members, [panelId]);

const panelsOf = statement<{ panelId: string; leadMemberId: string | null; name: string }>(
  'access.panels-of-member',
  `select p.id as "panelId", p.lead_member_id as "leadMemberId", p.name
     from panel_member pm join panel p on p.id = pm.panel_id
    where pm.member_id = $1 and pm.organisation_id = $2 and p.status <> 'closed'
    order by p.id
      for update of p`,
);

/** The open panels of a member in an organisation, locked. */
export const lockPanelsOf = (
  tx: Transaction,
  memberId: string,
  organisationId: string,
): Promise<{ panelId: string; leadMemberId: string | null; name: string }[]> =>
  tx.run(panelsOf, [memberId, organisationId]);

const successor = statement<{ memberId: string }>(
  'access.next-lead',
  `select pm.member_id as "memberId"
     from panel_member pm
     join acting a on a.member_id = pm.member_id and a.organisation_id = pm.organisation_id
    where pm.panel_id = $1 and pm.member_id <> $2
    order by ('specialist' = any (a.roles)) desc, pm.member_id
    limit 1`,
);

/** Who leads a panel when its lead drops out and has named nobody: the longest registered specialist, else anybody in it. */
export async function nextLead(
  tx: Transaction,
  panelId: string,
  leaving: string,
): Promise<string | undefined> {
  const [row] = await tx.run(successor, [panelId, leaving]);
  return row?.memberId;
}
