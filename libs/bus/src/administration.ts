import {
  eventContracts,
  durableOf,
  listDeadLetters,
  messagingServices,
  replayDeadLetter,
  republishOutbox,
  type ServiceName,
} from '@definitivedx/contracts';
import { AppError, notFound } from '@definitivedx/errors';
import { parseTraceparent } from '@definitivedx/telemetry';
import type { Handler } from './handler.js';
import type { ServiceContext } from './context.js';
import { latestDeadLetters, findDeadLetter, markDeadLetterReplayed } from './dead-letters.js';
import { handleOnce } from './event-consumer.js';
import { republishAll } from './outbox-relay.js';

/** The handlers every messaging service has for its own outbox and dead letters. */
export function administrativeHandlers(
  service: ServiceName,
  context: ServiceContext,
  handlers: ReadonlyMap<string, Handler>,
): [string, Handler][] {
  if (!(messagingServices as readonly ServiceName[]).includes(service)) return [];
  return [
    [republishOutbox(service).subject, async () => ({ rows: await republishAll(context.db) })],
    [
      listDeadLetters(service).subject,
      async (input) => {
        const { limit } = input as { limit: number };
        const letters = await latestDeadLetters(context.db, limit);
        return {
          deadLetters: letters.map((letter) => ({
            deadLetterId: letter.deadLetterId,
            subject: letter.subject,
            aggregateId: letter.aggregateId,
            errorCode: letter.errorCode,
            deliveries: letter.deliveries,
            at: letter.at.toISOString(),
            traceId: parseTraceparent(letter.traceparent ?? undefined)?.traceId ?? null,
            replayedAt: letter.replayedAt?.toISOString() ?? null,
          })),
        };
      },
    ],
    [
      replayDeadLetter(service).subject,
      (input) => replay(service, context, handlers, (input as { deadLetterId: string }).deadLetterId),
    ],
  ];
}

/**
 * Hands a dead letter to its handler. The handler sees the state of now, not of then, and the inbox
 * keeps a letter whose event was meanwhile handled from having a second effect.
 */
async function replay(
  service: ServiceName,
  context: ServiceContext,
  handlers: ReadonlyMap<string, Handler>,
  deadLetterId: string,
): Promise<{ outcome: 'handled' | 'already-handled' }> {
  const letter = await findDeadLetter(context.db, deadLetterId);
  if (!letter) throw notFound('dead letter');
  const contract = eventContracts.find(
    (c) => c.consumers.includes(service) && durableOf(service, c) === letter.durable,
  );
  const handler = contract && handlers.get(contract.subject);
  if (!handler)
    throw new AppError('conflict', `This version of ${service} no longer handles ${letter.subject}.`);
  const handled = await handleOnce(context, contract, handler, {
    ...letter,
    traceparent: letter.traceparent ?? undefined,
  });
  await markDeadLetterReplayed(context.db, deadLetterId);
  return { outcome: handled ? 'handled' : 'already-handled' };
}
