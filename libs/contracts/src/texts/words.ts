import type { Recommendation } from '../fields.js';

/** What each recommendation says to the one who asked, as records and documents have it. */
export const recommendationInWords: Readonly<Record<Recommendation, string>> = {
  ADVICE_ONLY_NO_REFERRAL_RECOMMENDED: 'Advice only, no referral recommended.',
  ADVICE_FOLLOWED_BY_REFERRAL_IF_REQUIRED: 'Follow the advice, and refer if it is then still required.',
  REFERRAL_RECOMMENDED: 'Referral recommended.',
  OTHER: 'Other, see the advice.',
  ATTEND_NOW: 'To be assessed in person today.',
};

const clock = new Intl.DateTimeFormat('en-GB', {
  timeZone: 'Europe/London',
  day: 'numeric',
  month: 'long',
  year: 'numeric',
  hour: '2-digit',
  minute: '2-digit',
  hourCycle: 'h23',
});

/** A moment as a record shows it: day, month, year and time in London, for instance "6 July 2026 at 09:30". */
export function londonTime(moment: Date): string {
  const parts = new Map(clock.formatToParts(moment).map(({ type, value }) => [type, value]));
  const part = (type: Intl.DateTimeFormatPartTypes): string => parts.get(type) ?? '';
  return `${part('day')} ${part('month')} ${part('year')} at ${part('hour')}:${part('minute')}`;
}
