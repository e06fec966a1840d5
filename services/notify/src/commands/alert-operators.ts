import type { EventContext } from '@definitivedx/bus';
import type { DataOf, deadLetteredBy } from '@definitivedx/contracts';
import { createLog, currentTraceparent } from '@definitivedx/telemetry';
import { recordMails } from '../data/mails.js';
import type { Telling } from './telling.js';

const log = createLog('alerts');

type DeadLettered = DataOf<(typeof deadLetteredBy)[keyof typeof deadLetteredBy]>;

/** Records a mail to the operators that an event was given up on, and logs the same. */
export async function alertOperators(
  telling: Telling,
  context: EventContext,
  event: DeadLettered,
): Promise<void> {
  const { deadLetterId, service, subject, errorCode } = event;
  const mail = {
    template: 'dead-letter' as const,
    alert: { deadLetterId, service, subject, errorCode },
    sourceMessage: context.messageId,
    traceparent: currentTraceparent(),
  };
  recordMails(context.tx, [null], mail, telling.service.clock.now());
  context.afterCommit(() => {
    log.error('event-dead-lettered', { deadLetterId, by: service, subject, errorCode });
    telling.sender.wake();
  });
}
