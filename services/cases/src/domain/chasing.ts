import type { Priority } from '@definitivedx/contracts';

const minute = 60_000;
const hour = 60 * minute;

type Times = Readonly<Record<Priority, number>>;

/**
 * How long advice may lie unread before the practice's cover hears of it, and between reminders. By the wall clock and
 * not by a panel's hours: it is the practice that has to read, and a question asked as urgent does not wait overnight.
 */
export const unreadAfterMs: Times = { routine: 24 * hour, urgent: 4 * hour };

/** A child who is to be seen today: often enough that two reminders fall within any clinic session. */
export const attendNowEveryMs = 15 * minute;

/**
 * How long a specialist may answer for a case without having said that they know of it, and between reminders. A
 * shift lies between for a routine case; an urgent one has four hours for its answer, of which this may use up an eighth.
 */
export const acknowledgeWithinMs: Times = { routine: 24 * hour, urgent: 30 * minute };
