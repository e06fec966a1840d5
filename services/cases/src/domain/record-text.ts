import {
  londonTime,
  recommendationInWords,
  type Adviser,
  type Priority,
  type Recommendation,
} from '@definitivedx/contracts';
import { grades } from './advice.js';

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
    /** Null for advice from before advisers were asked for it. */
    readonly adviser:
      (Omit<Adviser, 'supervisor'> & { readonly supervisor?: Adviser['supervisor'] | undefined }) | null;
    readonly safetyNet: string | null;
    readonly links: readonly { readonly title: string; readonly url: string }[];
    /** When the advice was given that this one superseded. */
    readonly replaces: Date | null;
  } | null;
  /** Whether advice was given and then withdrawn. */
  readonly withdrawn: boolean;
  readonly takenAt: Date;
}

/**
 * The text for the child's own record in EMIS or SystmOne: plain lines, and of identifiers only the case code, which is
 * the link back. Advisers are written as what they are, not who.
 */
export function recordText(copy: RecordCopy): string {
  return [
    `Advice and guidance through DefinitiveDx, case ${copy.code}`,
    `Question asked ${londonTime(copy.askedAt)} (${copy.priority}):`,
    copy.question,
    ...adviceLines(copy),
    `Copied ${londonTime(copy.takenAt)} from version ${String(copy.version)} of the case. Times are those of London.`,
  ].join('\n');
}

function adviceLines({ advice, panelName, withdrawn }: RecordCopy): string[] {
  const panel = panelName === null ? '' : ` of ${panelName}`;
  if (!advice) {
    return [
      withdrawn
        ? `Advice that was given has been withdrawn: do not rely on it. New advice is awaited from the responsible specialist${panel}.`
        : `No advice has been given yet. It is awaited from the responsible specialist${panel}.`,
    ];
  }
  const { at, adviser, body, recommendation, safetyNet, links, replaces } = advice;
  const by = adviser ? `a ${grades[adviser.grade].words}` : 'the responsible specialist';
  return [
    `Advice given ${londonTime(at)} by ${by}${panel}:`,
    body,
    `Recommendation: ${recommendationInWords[recommendation]}`,
    ...(safetyNet === null ? [] : [`Safety net: ${safetyNet}`]),
    ...links.map(({ title, url }) => `Guidance: ${title}, ${url}`),
    ...(adviser ? [`Adviser: ${identified(adviser)}`] : []),
    ...(replaces ? [`This replaces the advice given ${londonTime(replaces)}.`] : []),
  ];
}

/** For instance "specialty registrar, GMC 7012345; supervising consultant: GMC 6012345". */
function identified({
  grade,
  professionalNumber,
  supervisor,
}: NonNullable<NonNullable<RecordCopy['advice']>['adviser']>): string {
  const { words, register } = grades[grade];
  const supervised = supervisor ? `; supervising consultant: GMC ${supervisor.professionalNumber}` : '';
  return `${words}, ${register} ${professionalNumber}${supervised}.`;
}
