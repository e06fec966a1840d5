import {
  londonTime,
  recommendationInWords,
  type Priority,
  type Recommendation,
} from '@definitivedx/contracts';

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

/**
 * The text for the child's own record in EMIS or SystmOne: plain lines, and of identifiers only the case code, which is
 * the link back. Advisers are written as what they are, not who.
 */
export function recordText(copy: RecordCopy): string {
  const adviser = `the responsible specialist${copy.panelName === null ? '' : ` of ${copy.panelName}`}`;
  const advice = copy.advice
    ? [
        `Advice given ${londonTime(copy.advice.at)} by ${adviser}:`,
        copy.advice.body,
        `Recommendation: ${recommendationInWords[copy.advice.recommendation]}`,
      ]
    : [`No advice has been given yet. It is awaited from ${adviser}.`];
  return [
    `Advice and guidance through DefinitiveDx, case ${copy.code}`,
    `Question asked ${londonTime(copy.askedAt)} (${copy.priority}):`,
    copy.question,
    ...advice,
    `Copied ${londonTime(copy.takenAt)} from version ${String(copy.version)} of the case. Times are those of London.`,
  ].join('\n');
}
