import { localDayOf, momentOf } from './local-time.js';
import type { WeeklyShift } from './weekly-shifts.js';

/** A panel's weekly rota, in its own time zone. Shifts do not overlap. */
export interface Rota {
  readonly timeZone: string;
  readonly shifts: readonly WeeklyShift[];
}

/** Someone put on call for a stretch of time, whatever the rota says. From inclusive, until exclusive. */
export interface Override {
  readonly memberId: string;
  readonly from: Date;
  readonly until: Date;
}

/** Who is on call, and when that next changes; `until` is null when it never does. */
export interface OnCall {
  readonly memberId: string | null;
  readonly until: Date | null;
}

const dayMs = 86_400_000;
/** A week's pattern shows every change it has within two weeks, even if one falls into the hour that spring skips. */
const fullPatternMs = 15 * dayMs;

/**
 * Who is on call at a moment.
 * @param rota null when the panel has none: then only overrides put anyone on call
 * @param overrides those that end after `at`, the latest set **last**: of several that cover a moment the last one wins
 */
export function onCallAt(rota: Rota | null, overrides: readonly Override[], at: Date): OnCall {
  const current = answerAt(rota, overrides, at);
  let quietSince = at;
  for (let moment = nextEdge(rota, overrides, at); moment !== null;) {
    if (answerAt(rota, overrides, moment) !== current) return { memberId: current, until: moment };
    if (overrides.some((o) => same(o.from, moment) || same(o.until, moment))) quietSince = moment;
    // Once the pattern has shown all it has, only an override can bring a change: go straight to the next one.
    const exhausted = moment.getTime() - quietSince.getTime() > fullPatternMs;
    moment = exhausted ? nextOverrideEdge(overrides, moment) : nextEdge(rota, overrides, moment);
  }
  return { memberId: current, until: null };
}

const longestTakeOverMs = 12 * 3_600_000;

/**
 * Until when someone who takes over a panel now stays on call: to the end of the shift or override that is running, or
 * sooner when someone else would come on call before that; in a gap to its end, at most 12 hours.
 */
export function takeOverUntil(rota: Rota | null, overrides: readonly Override[], at: Date): Date {
  const { until } = onCallAt(rota, overrides, at);
  const running = dutyAt(rota, overrides, at);
  const latest = running ? running.until : new Date(at.getTime() + longestTakeOverMs);
  return until !== null && until < latest ? until : latest;
}

const same = (a: Date, b: Date | null): boolean => a.getTime() === b?.getTime();

const answerAt = (rota: Rota | null, overrides: readonly Override[], at: Date): string | null =>
  dutyAt(rota, overrides, at)?.memberId ?? null;

/** The override or shift that puts someone on call at a moment, and when it ends on paper. */
function dutyAt(
  rota: Rota | null,
  overrides: readonly Override[],
  at: Date,
): { readonly memberId: string; readonly until: Date } | null {
  const override = overrides.findLast((o) => o.from <= at && at < o.until);
  if (override) return override;
  if (rota === null) return null;
  const today = localDayOf(at, rota.timeZone);
  for (const day of [today.subtract({ days: 1 }), today]) {
    for (const shift of rota.shifts) {
      if (shift.weekday !== day.dayOfWeek) continue;
      const starts = momentOf(day, shift.startMinute, rota.timeZone);
      const ends = momentOf(day, shift.endMinute, rota.timeZone);
      if (starts <= at && at < ends) return { memberId: shift.memberId, until: ends };
    }
  }
  return null;
}

/** The first moment after `after` at which a shift or override begins or ends; null when there is none. */
function nextEdge(rota: Rota | null, overrides: readonly Override[], after: Date): Date | null {
  return earliest([nextShiftEdge(rota, after), nextOverrideEdge(overrides, after)]);
}

const nextOverrideEdge = (overrides: readonly Override[], after: Date): Date | null =>
  earliest(overrides.flatMap((o) => [o.from, o.until]).filter((edge) => edge > after));

function nextShiftEdge(rota: Rota | null, after: Date): Date | null {
  if (rota === null || rota.shifts.length === 0) return null;
  const { timeZone, shifts } = rota;
  const today = localDayOf(after, timeZone);
  // Yesterday's shifts reach into today. The first day with an edge has the first edge: before the end of a shift
  // that is running no other begins, since shifts do not overlap.
  for (let ahead = 0; ahead <= 8; ahead += 1) {
    const edges: Date[] = [];
    for (const offset of [-1, 0]) {
      const day = today.add({ days: ahead + offset });
      for (const shift of shifts) {
        if (shift.weekday !== day.dayOfWeek) continue;
        edges.push(momentOf(day, shift.startMinute, timeZone), momentOf(day, shift.endMinute, timeZone));
      }
    }
    const first = earliest(edges.filter((edge) => edge > after));
    if (first) return first;
  }
  return null;
}

const earliest = (moments: readonly (Date | null)[]): Date | null =>
  moments.reduce<Date | null>(
    (first, moment) => (moment !== null && (first === null || moment < first) ? moment : first),
    null,
  );
