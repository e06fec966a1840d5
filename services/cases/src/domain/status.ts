import type { CaseStatus } from '@definitivedx/contracts';

/** Who makes a case move: the asking side (requester and cover), a specialist it is shared with, or the programme itself. */
export type Side = 'requester' | 'specialist' | 'system';

/** What makes a case move: some kinds of post, and decisions about the case as a whole. */
export type Trigger =
  | 'question'
  | 'information'
  | 'advice'
  | 'advice-withdrawn'
  | 'question-withdrawn'
  | 'close'
  | 'cancel'
  | 'convert'
  | 'reopen'
  | 'to-identified-route'
  | 'nobody-left';

/** What must be so for a case to move, beside who asks for it. */
export type Condition =
  /** Advice of the leading side is in force: neither superseded nor withdrawn. */
  | 'advice-there'
  /** The first two questions of the survey are answered. */
  | 'survey'
  /** Whoever on the asking side read or copied advice that was superseded has acknowledged the new. */
  | 'advice-acknowledged'
  /** Of all advice, what is not withdrawn is superseded by what is. */
  | 'no-advice-left'
  /** Nothing that the specialists asked is still to be answered. */
  | 'no-question-left'
  /** The requester allowed, when asking, that advice ends in a referral. */
  | 'referral-allowed'
  /** Not longer ago than a closed case may be reopened. */
  | 'recently-closed'
  /** The advice was opened by the requester's side, and left alone since for the set time. */
  | 'read-and-left-alone';

export interface Transition {
  readonly from: CaseStatus;
  readonly on: Trigger;
  readonly by: Side;
  readonly to: CaseStatus;
  readonly needs?: readonly Condition[];
}

// Once there was advice, asking on opens no way around the survey, the acknowledgements and the follow-ups.
const unadvised: readonly Condition[] = ['no-advice-left', 'advice-acknowledged'];
const advised: readonly Condition[] = ['advice-there', 'survey', 'advice-acknowledged'];

/** The only moves there are. What is not in this table does not change the status. */
export const transitions: readonly Transition[] = [
  { from: 'awaiting-advice', on: 'advice', by: 'specialist', to: 'advice-given' },
  { from: 'awaiting-advice', on: 'question', by: 'specialist', to: 'awaiting-information' },
  { from: 'awaiting-advice', on: 'convert', by: 'specialist', to: 'converted', needs: ['referral-allowed'] },
  { from: 'awaiting-advice', on: 'cancel', by: 'requester', to: 'cancelled', needs: unadvised },
  { from: 'awaiting-advice', on: 'close', by: 'requester', to: 'closed', needs: advised },
  { from: 'awaiting-advice', on: 'to-identified-route', by: 'requester', to: 'cancelled' },
  { from: 'awaiting-advice', on: 'to-identified-route', by: 'specialist', to: 'cancelled' },
  { from: 'awaiting-advice', on: 'nobody-left', by: 'system', to: 'cancelled' },

  { from: 'awaiting-information', on: 'information', by: 'requester', to: 'awaiting-advice' },
  // Whatever the requester asks back, the next word is the specialist's again.
  { from: 'awaiting-information', on: 'question', by: 'requester', to: 'awaiting-advice' },
  { from: 'awaiting-information', on: 'advice', by: 'specialist', to: 'advice-given' },
  {
    from: 'awaiting-information',
    on: 'question-withdrawn',
    by: 'specialist',
    to: 'awaiting-advice',
    needs: ['no-question-left'],
  },
  { from: 'awaiting-information', on: 'cancel', by: 'requester', to: 'cancelled', needs: unadvised },
  { from: 'awaiting-information', on: 'close', by: 'requester', to: 'closed', needs: advised },
  { from: 'awaiting-information', on: 'to-identified-route', by: 'requester', to: 'cancelled' },
  { from: 'awaiting-information', on: 'to-identified-route', by: 'specialist', to: 'cancelled' },
  { from: 'awaiting-information', on: 'nobody-left', by: 'system', to: 'cancelled' },

  { from: 'advice-given', on: 'question', by: 'requester', to: 'awaiting-advice' },
  { from: 'advice-given', on: 'advice', by: 'specialist', to: 'advice-given' },
  {
    from: 'advice-given',
    on: 'advice-withdrawn',
    by: 'specialist',
    to: 'awaiting-advice',
    needs: ['no-advice-left'],
  },
  { from: 'advice-given', on: 'convert', by: 'specialist', to: 'converted', needs: ['referral-allowed'] },
  {
    from: 'advice-given',
    on: 'close',
    by: 'requester',
    to: 'closed',
    needs: ['survey', 'advice-acknowledged'],
  },
  {
    from: 'advice-given',
    on: 'close',
    by: 'system',
    to: 'closed',
    needs: ['advice-acknowledged', 'read-and-left-alone'],
  },
  { from: 'advice-given', on: 'to-identified-route', by: 'requester', to: 'cancelled' },
  { from: 'advice-given', on: 'to-identified-route', by: 'specialist', to: 'cancelled' },
  { from: 'advice-given', on: 'nobody-left', by: 'system', to: 'cancelled' },

  { from: 'closed', on: 'reopen', by: 'requester', to: 'awaiting-advice', needs: ['recently-closed'] },
];

/** The move that something makes, with what it needs, or undefined when it moves no case in that status. */
export const transition = (from: CaseStatus, on: Trigger, by: Side): Transition | undefined =>
  transitions.find((row) => row.from === from && row.on === on && row.by === by);

/** The status after something happened, or undefined when it does not move a case in that status. */
export const move = (from: CaseStatus, on: Trigger, by: Side): CaseStatus | undefined =>
  transition(from, on, by)?.to;

/** An open case has exactly one responsible specialist and takes posts; an ended one has none and takes none. */
export function isOpen(status: CaseStatus): boolean {
  return status === 'awaiting-advice' || status === 'awaiting-information' || status === 'advice-given';
}
