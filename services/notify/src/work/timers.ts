import { Timekeeper } from '@definitivedx/bus';
import { changeShift } from '../commands/change-shift.js';
import { chaseHandOver } from '../commands/chase-hand-over.js';
import { findLateCases } from '../commands/find-late-cases.js';
import type { TimerWork } from '../commands/hand-over-lists.js';
import { claimTimers, putOffTimer, type TimerKind, type TimerRow } from '../data/timers.js';

const effects: Readonly<Record<TimerKind, (work: TimerWork, timer: TimerRow) => Promise<void>>> = {
  'shift-change': changeShift,
  'late-cases': findLateCases,
  'hand-over-overdue': chaseHandOver,
};

/** Has each timer that is due do what its kind says. */
export class NotifyTimers extends Timekeeper<TimerRow> {
  constructor(work: TimerWork) {
    super(work.service, { claim: claimTimers, putOff: putOffTimer }, (timer) =>
      effects[timer.kind](work, timer),
    );
  }
}
