import type { CaseStatus } from '@definitivedx/contracts';

/** Who makes a case move: the asking side, the answering side, or the programme itself. */
export type Side = 'requester' | 'specialist' | 'system';

/** What makes a case move: some kinds of post, and decisions about the case as a whole. */
export type Trigger = 'question' | 'information' | 'advice' | 'close' | 'cancel' | 'convert' | 'nobody-left';

interface Transition {
  readonly from: CaseStatus;
  readonly on: Trigger;
  readonly by: Side;
  readonly to: CaseStatus;
}

/** The only moves there are. What is not in this table does not change the status. */
export const transitions: readonly Transition[] = [
  { from: 'awaiting-advice', on: 'advice', by: 'specialist', to: 'advice-given' },
  { from: 'awaiting-advice', on: 'question', by: 'specialist', to: 'awaiting-information' },
  { from: 'awaiting-advice', on: 'convert', by: 'specialist', to: 'converted' },
  { from: 'awaiting-advice', on: 'cancel', by: 'requester', to: 'cancelled' },
  { from: 'awaiting-advice', on: 'nobody-left', by: 'system', to: 'cancelled' },

  { from: 'awaiting-information', on: 'information', by: 'requester', to: 'awaiting-advice' },
  // Whatever the requester asks back, the next word is the specialist's again.
  { from: 'awaiting-information', on: 'question', by: 'requester', to: 'awaiting-advice' },
  { from: 'awaiting-information', on: 'advice', by: 'specialist', to: 'advice-given' },
  { from: 'awaiting-information', on: 'cancel', by: 'requester', to: 'cancelled' },
  { from: 'awaiting-information', on: 'nobody-left', by: 'system', to: 'cancelled' },

  { from: 'advice-given', on: 'question', by: 'requester', to: 'awaiting-advice' },
  { from: 'advice-given', on: 'advice', by: 'specialist', to: 'advice-given' },
  { from: 'advice-given', on: 'convert', by: 'specialist', to: 'converted' },
  { from: 'advice-given', on: 'close', by: 'requester', to: 'closed' },
  { from: 'advice-given', on: 'close', by: 'system', to: 'closed' },
  { from: 'advice-given', on: 'nobody-left', by: 'system', to: 'cancelled' },
];

/** The status after something happened, or undefined when it does not move a case in that status. */
export function move(from: CaseStatus, on: Trigger, by: Side): CaseStatus | undefined {
  return transitions.find((row) => row.from === from && row.on === on && row.by === by)?.to;
}

/** An open case has exactly one responsible specialist and takes posts; an ended one has none and takes none. */
export function isOpen(status: CaseStatus): boolean {
  return status === 'awaiting-advice' || status === 'awaiting-information' || status === 'advice-given';
}
