import { z } from 'zod';
import { event, services, type RequestContract, type ServiceName } from '../define.js';
import { id, instant } from '../fields.js';

/** Services that publish or consume events, and so own an outbox, an inbox and dead letters. */
export const messagingServices = [
  'access',
  'cases',
  'notify',
  'metrics',
  'files',
] as const satisfies readonly ServiceName[];

/** The same administrative request, answered by each messaging service for its own tables. */
function perService<I extends z.ZodType, O extends z.ZodType>(
  name: string,
  rest: Omit<RequestContract<I, O>, 'type' | 'subject' | 'service'>,
): (service: ServiceName) => RequestContract<I, O> {
  return (service) => ({ type: 'request', subject: `rpc.${service}.${name}`, service, ...rest });
}

export const republishOutbox = perService('republish-outbox', {
  summary: 'Publishes all kept outbox rows again, after a stream was lost. Consumers ignore what they had.',
  from: ['provisioner'],
  who: { services: ['provisioner'] },
  request: z.strictObject({}),
  reply: z.strictObject({ rows: z.int() }),
});

export const listDeadLetters = perService('list-dead-letters', {
  summary: 'Events this service gave up on: ids and codes, no content.',
  from: ['operator'],
  who: { services: ['operator'] },
  request: z.strictObject({ limit: z.int().min(1).max(200).default(50) }),
  reply: z.strictObject({
    deadLetters: z.array(
      z.strictObject({
        deadLetterId: id,
        subject: z.string(),
        aggregateId: z.string(),
        errorCode: z.string(),
        deliveries: z.int(),
        at: instant,
        traceId: z.string().nullable(),
        replayedAt: instant.nullable(),
      }),
    ),
  }),
});

export const replayDeadLetter = perService('replay-dead-letter', {
  summary: 'Hands a dead letter to its handler once more. Says whether it had an effect or had one already.',
  from: ['operator'],
  who: { services: ['operator'] },
  request: z.strictObject({ deadLetterId: id }),
  reply: z.strictObject({ outcome: z.enum(['handled', 'already-handled']) }),
});

const deadLettered = (publisher: ServiceName) =>
  event(publisher, 'dead-lettered', 1, {
    summary: 'An event was given up on and needs a person. The operators are alerted.',
    consumers: ['notify'],
    data: z.strictObject({
      deadLetterId: id,
      service: z.enum(services),
      subject: z.string(),
      errorCode: z.string(),
      at: instant,
    }),
  });

/** The alert of each service that consumes events; `files` only publishes. */
export const deadLetteredBy = {
  access: deadLettered('access'),
  cases: deadLettered('cases'),
  notify: deadLettered('notify'),
  metrics: deadLettered('metrics'),
} as const;
