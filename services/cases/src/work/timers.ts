import { Timekeeper, type ServiceContext } from '@definitivedx/bus';
import {
  chaseAcknowledgement,
  chaseAttendNow,
  chaseUnreadAdvice,
  tellConsultationOverdue,
  tellOverdue,
} from '../commands/chase.js';
import { expireGrant } from '../commands/expire-grant.js';
import { followNewLead, reassign } from '../commands/reassign.js';
import { askFollowUp } from '../commands/follow-ups.js';
import { selfClose } from '../commands/self-close.js';
import { claimTimers, putOffTimer, type TimerRow } from '../data/timers.js';

type Effect = (service: ServiceContext, timer: TimerRow) => Promise<void>;

/** What is done about a case when a timer of that kind is due. */
const effects: Readonly<Record<string, Effect>> = {
  reassign,
  'led-anew': followNewLead,
  'grant-expired': expireGrant,
  unacknowledged: chaseAcknowledgement,
  'advice-unread': chaseUnreadAdvice,
  'attend-now': chaseAttendNow,
  overdue: tellOverdue,
  'consultation-overdue': tellConsultationOverdue,
  'self-close': selfClose,
  'follow-up': askFollowUp,
};

/** Has each timer that is due do what its kind says. */
export class CaseTimers extends Timekeeper<TimerRow> {
  constructor(service: ServiceContext) {
    super(service, { claim: claimTimers, putOff: putOffTimer }, async (timer) => {
      const effect = effects[timer.kind];
      // A kind of a newer version: left to the replicas that know it.
      if (effect === undefined) throw new Error(`no effect for timers of kind ${timer.kind}`);
      await effect(service, timer);
    });
  }
}
