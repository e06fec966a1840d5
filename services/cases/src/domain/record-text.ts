import type { Priority, Recommendation } from '@definitivedx/contracts';

/** A case as it is copied into the child's own record. */
export interface RecordCopy {
  readonly code: string;
  readonly version: number;
  readonly priority: Priority;
  readonly question: string;
  readonly askedAt: Date;
  /** Null when only people were asked, or the panel has been closed since. */
  readonly panelName: string | null;
  readonly advice: {
    readonly body: string;
    readonly recommendation: Recommendation;
    readonly at: Date;
  } | null;
  readonly takenAt: Date;
}

const inWords: Readonly<Record<Recommendation, string>> = {
  ADVICE_ONLY_NO_REFERRAL_RECOMMENDED: 'Advice only, no referral recommended.',
  ADVICE_FOLLOWED_BY_REFERRAL_IF_REQUIRED: 'Follow the advice, and refer if it is then still required.',
  REFERRAL_RECOMMENDED: 'Referral recommended.',
  OTHER: 'Other, see the advice.',
  ATTEND_NOW: 'To be assessed in person today.',
};

const londonTime = new Intl.DateTimeFormat('en-GB', {
  timeZone: 'Europe/London',
  day: 'numeric',
  month: 'long',
  year: 'numeric',
  hour: '2-digit',
  minute: '2-digit',
  hourCycle: 'h23',
});

/** A moment as a record shows it: day, month, year and time in London, for instance "6 July 2026 at 09:30". */
function written(moment: Date): string {
  const parts = new Map(londonTime.formatToParts(moment).map(({ type, value }) => [type, value]));
  const part = (type: Intl.DateTimeFormatPartTypes): string => parts.get(type) ?? '';
  return `${part('day')} ${part('month')} ${part('year')} at ${part('hour')}:${part('minute')}`;
}

/**
 * The text for the child's own record in EMIS or SystmOne: plain lines, and of identifiers only the case code, which is
 * the link back. Advisers are written as what they are, not who.
 */
export function recordText(copy: RecordCopy): string {
  const adviser = `the responsible specialist${copy.panelName === null ? '' : ` of ${copy.panelName}`}`;
  const advice = copy.advice
    ? [
        `Advice given ${written(copy.advice.at)} by ${adviser}:`,
        copy.advice.body,
        `Recommendation: ${inWords[copy.advice.recommendation]}`,
      ]
    : [`No advice has been given yet. It is awaited from ${adviser}.`];
  return [
    `Advice and guidance through DefinitiveDx, case ${copy.code}`,
    `Question asked ${written(copy.askedAt)} (${copy.priority}):`,
    copy.question,
    ...advice,
    `Copied ${written(copy.takenAt)} from version ${String(copy.version)} of the case. Times are those of London.`,
  ].join('\n');
}
