import { z } from 'zod';
import { request } from '../define.js';
import { id } from '../fields.js';

const timeOfDay = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$|^24:00$/, 'Write times as HH:MM.');

/** Whose bank holidays count. Holiday calendars are data, per organisation. */
export const holidayCalendar = z.enum(['england-and-wales', 'scotland', 'northern-ireland']);

/** Names found right before: asking the calendar library costs more than the rest of a panel's schema. */
const goodTimeZones = new Set<string>();

/** An IANA name; a bare offset such as `+01:00` has no daylight saving and is refused. */
function isTimeZone(name: string): boolean {
  if (goodTimeZones.has(name)) return true;
  if (!/^[A-Za-z]/.test(name)) return false;
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    // Bounded, since names are right in any mix of capitals.
    if (goodTimeZones.size < 1_000) goodTimeZones.add(name);
    return true;
  } catch {
    return false;
  }
}

const openHours = z
  .strictObject({
    weekday: z.int().min(1).max(7).describe('1 Monday … 7 Sunday'),
    start: timeOfDay,
    end: timeOfDay.describe('Later than the start, on the same day.'),
  })
  // HH:MM compares as text as it does as time.
  .refine(({ start, end }) => start < end, {
    path: ['end'],
    message: 'Let hours end after they start, on the same day.',
  });

const minutesOf = (time: string): number => Number(time.slice(0, 2)) * 60 + Number(time.slice(3));

/** Pairs of hours that overlap, by the place of the later one in the list. */
const overlapping = (hours: readonly z.output<typeof openHours>[]): readonly number[] =>
  hours.flatMap((one, place) =>
    hours
      .slice(0, place)
      .some((other) => other.weekday === one.weekday && other.start < one.end && one.start < other.end)
      ? [place]
      : [],
  );

/** When a panel answers, how soon, and by whose calendar. */
export const panelTerms = z.strictObject({
  timeZone: z
    .string()
    .max(60)
    .refine(isTimeZone, 'Name the time zone as in "Europe/London".')
    .describe('IANA name, e.g. Europe/London.'),
  hours: z
    .array(openHours)
    .min(1)
    .max(50)
    .superRefine((hours, context) => {
      const minutes = hours.map(({ start, end }) => minutesOf(end) - minutesOf(start));
      // With less, the date of a target would be years away.
      if (minutes.every((length) => length > 0) && minutes.reduce((sum, length) => sum + length) < 60) {
        context.addIssue({ code: 'custom', message: 'Let the panel be open for at least one hour a week.' });
      }
      for (const place of overlapping(hours)) {
        const message = 'These hours overlap others of the same day. Let one end before the other begins.';
        context.addIssue({ code: 'custom', path: [place], message });
      }
    }),
  routineWorkingDays: z.int().min(1).max(30),
  urgentPanelHours: z.int().min(1).max(100),
});

/** Monday to Friday, nine to five; two working days for a routine question, four panel hours for an urgent one. */
export const defaultPanelTerms: z.output<typeof panelTerms> = {
  timeZone: 'Europe/London',
  hours: [1, 2, 3, 4, 5].map((weekday) => ({ weekday, start: '09:00', end: '17:00' })),
  routineWorkingDays: 2,
  urgentPanelHours: 4,
};

/** What answering for a panel goes by. */
export const panelDetail = z.strictObject({
  panelId: id,
  name: z.string(),
  organisationId: id,
  leadMemberId: id,
  phone: z.string(),
  calendar: holidayCalendar,
  terms: panelTerms,
});

export const panelsByIds = request('access', 'panels-by-ids', {
  summary:
    'Lead, organisation, hours, targets and holiday calendar of panels. Closed and unknown ones are left out.',
  from: ['cases', 'notify', 'metrics'],
  who: { members: 'any', services: ['cases', 'notify', 'metrics'] },
  request: z.strictObject({ panelIds: z.array(id).min(1).max(50) }),
  reply: z.strictObject({
    panels: z.array(panelDetail),
  }),
});

export type HolidayCalendar = z.output<typeof holidayCalendar>;
export type PanelTerms = z.output<typeof panelTerms>;
