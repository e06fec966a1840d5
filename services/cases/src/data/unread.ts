import { unreadOf } from './read-marks.js';

/** How many posts of others a reader has not seen in a case `c`: SQL for a number. */
export const unreadBy = (reader: string): string => unreadOf('c.id', reader);
