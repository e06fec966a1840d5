import { asking, statement, type Queryable, type Transaction } from '@definitivedx/db';
import type { Override, Rota } from '../domain/on-call.js';
import type { WeeklyShift } from '../domain/weekly-shifts.js';

const upsertRota = statement(
  'upsert-rota',
  `insert into rota (panel_id, time_zone, updated_at) values ($1, $2, $3)
   on conflict (panel_id) do update set time_zone = excluded.time_zone, updated_at = excluded.updated_at`,
);
const dropShifts = statement('drop-shifts', `delete from shift where panel_id = $1`);
const insertShifts = statement(
  'insert-shifts',
  `insert into shift (panel_id, weekday, start_minute, end_minute, member_id)
   select $1, * from unnest($2::smallint[], $3::smallint[], $4::smallint[], $5::uuid[])`,
);

/** Replaces a panel's rota. The rota's row is locked first, so that two replacements never mix. */
export async function replaceRota(tx: Transaction, panelId: string, rota: Rota, now: Date): Promise<void> {
  const { timeZone, shifts } = rota;
  await tx.run(upsertRota, [panelId, timeZone, now]);
  await tx.run(dropShifts, [panelId]);
  await tx.run(insertShifts, [
    panelId,
    shifts.map((s) => s.weekday),
    shifts.map((s) => s.startMinute),
    shifts.map((s) => s.endMinute),
    shifts.map((s) => s.memberId),
  ]);
}

export interface OverrideRow extends Override {
  readonly overrideId: string;
  readonly panelId: string;
}

// The same override again keeps its place; a changed one becomes the latest.
const upsertOverride = statement<{ panelId: string }>(
  'upsert-override',
  `insert into rota_override as o (override_id, panel_id, member_id, starts_at, ends_at) values ($1, $2, $3, $4, $5)
   on conflict (override_id) do update
     set member_id = excluded.member_id, starts_at = excluded.starts_at, ends_at = excluded.ends_at,
         set_order = case when (o.member_id, o.starts_at, o.ends_at) = (excluded.member_id, excluded.starts_at, excluded.ends_at)
                          then o.set_order else excluded.set_order end
     where o.panel_id = excluded.panel_id
   returning o.panel_id as "panelId"`,
);

/** Records an override. @returns false when the id belongs to an override of another panel; nothing is changed then. */
export async function saveOverride(db: Queryable, o: OverrideRow): Promise<boolean> {
  const rows = await db.run(upsertOverride, [o.overrideId, o.panelId, o.memberId, o.from, o.until]);
  return rows.length > 0;
}

interface RotaRow {
  readonly panelId: string;
  readonly timeZone: string;
  readonly shifts: readonly WeeklyShift[];
}

const selectRotas = statement<RotaRow>(
  'select-rotas',
  `select r.panel_id as "panelId", r.time_zone as "timeZone",
          coalesce(jsonb_agg(jsonb_build_object('weekday', s.weekday, 'startMinute', s.start_minute,
                                                'endMinute', s.end_minute, 'memberId', s.member_id))
                   filter (where s.panel_id is not null), '[]') as shifts
   from rota r left join shift s using (panel_id)
   where r.panel_id = any ($1::uuid[])
   group by r.panel_id`,
);
const selectOverrides = statement<OverrideRow>(
  'select-overrides',
  `select override_id as "overrideId", panel_id as "panelId", member_id as "memberId",
          starts_at as "from", ends_at as "until"
   from rota_override where panel_id = any ($1::uuid[]) and ends_at > $2
   order by set_order`,
);

export interface PanelDuty {
  readonly rota: Rota | null;
  /** Those that end after the moment asked for, the latest set last. */
  readonly overrides: readonly Override[];
}

/** What decides who is on call at a moment, for each panel asked for; a panel without a rota has only overrides. */
export async function dutiesOf(
  db: Queryable,
  panelIds: readonly string[],
  at: Date,
): Promise<Map<string, PanelDuty>> {
  if (panelIds.length === 0) return new Map();
  const [rotas, overrides] = await db.runAll(
    asking(selectRotas, [panelIds]),
    asking(selectOverrides, [panelIds, at]),
  );
  return new Map(
    panelIds.map((panelId) => [
      panelId,
      {
        rota: rotas.find((r) => r.panelId === panelId) ?? null,
        overrides: overrides.filter((o) => o.panelId === panelId),
      },
    ]),
  );
}
