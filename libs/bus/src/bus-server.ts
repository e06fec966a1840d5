import { isObservable, lastValueFrom } from 'rxjs';
import { Server, type CustomTransportStrategy, type MessageHandler } from '@nestjs/microservices';
import {
  eventContracts,
  requestContracts,
  type EventContract,
  type RequestContract,
  type ServiceName,
} from '@definitivedx/contracts';
import type { Handler } from './handler.js';
import { administrativeHandlers } from './administration.js';
import { EventConsumer } from './event-consumer.js';
import type { BusTuning } from './config.js';
import type { ServiceContext } from './context.js';
import { RequestResponder } from './request-responder.js';

/**
 * Nest's transport for NATS requests and JetStream events. What keeps the system safe (caller token, who may ask,
 * schema, inbox) happens here and not in global pipes or guards, which hybrid Nest applications drop silently.
 */
export class BusServer extends Server implements CustomTransportStrategy {
  // Failures reach our own code below, which answers, retries or dead-letters.
  override readonly propagatesEventHandlerErrors = true;
  private readonly responders: RequestResponder[] = [];
  private readonly consumers: EventConsumer[] = [];

  constructor(
    private readonly service: ServiceName,
    private readonly context: ServiceContext,
    private readonly tuning: BusTuning,
  ) {
    super();
  }

  /** @throws Error on a second handler for a subject: Nest would chain them and re-run both when one fails. */
  override addHandler(
    pattern: string,
    callback: MessageHandler,
    isEventHandler = false,
    extras: Record<string, unknown> = {},
  ): void {
    if (this.messageHandlers.has(pattern)) throw new Error(`${pattern} has two handlers in ${this.service}`);
    super.addHandler(pattern, callback, isEventHandler, extras);
  }

  /** Checks that handlers and contracts match one to one, then subscribes. Nothing is served when they do not. */
  listen(callback: (error?: unknown) => void): void {
    try {
      this.start();
      this._status$.next('connected');
      callback();
    } catch (error) {
      callback(error);
    }
  }

  private start(): void {
    const handlers = new Map<string, Handler>(
      [...this.messageHandlers].map(([subject, handler]) => [subject, unwrapped(handler)]),
    );
    for (const [subject, handler] of administrativeHandlers(this.service, this.context, handlers)) {
      handlers.set(subject, handler);
    }
    const { requests, events } = contractsOf(this.service);
    assertComplete(this.service, [...requests, ...events], handlers);
    for (const [subject, handler] of handlers) {
      const request = requests.find((c) => c.subject === subject);
      if (request) this.responders.push(new RequestResponder(request, handler, this.context.bus));
      const event = events.find((c) => c.subject === subject);
      if (event)
        this.consumers.push(new EventConsumer(this.service, event, handler, this.context, this.tuning));
    }
    for (const part of [...this.responders, ...this.consumers]) part.start();
  }

  /** Takes nothing new and waits until everything taken is finished. */
  async close(): Promise<void> {
    await Promise.all([...this.responders, ...this.consumers].map((part) => part.drain()));
  }

  on(): never {
    throw new Error('BusServer has no events to listen to');
  }

  unwrap<T>(): T {
    return this.context.bus.connection as T;
  }
}

/** Nest resolves a failing handler to an erroring Observable; awaiting only the promise would lose the error. */
const unwrapped =
  (handler: MessageHandler): Handler =>
  async (data, context) => {
    const result: unknown = await handler(data, context);
    return isObservable(result) ? lastValueFrom(result, { defaultValue: undefined }) : result;
  };

function contractsOf(service: ServiceName): { requests: RequestContract[]; events: EventContract[] } {
  return {
    requests: requestContracts.filter((c) => c.service === service),
    events: eventContracts.filter((c) => c.consumers.includes(service)),
  };
}

/** @throws Error naming each handler without a contract, contract without a handler, and request nobody may make. */
function assertComplete(
  service: ServiceName,
  contracts: readonly (RequestContract | EventContract)[],
  handlers: ReadonlyMap<string, Handler>,
): void {
  const subjects = new Set(contracts.map((c) => c.subject));
  const problems = [
    ...[...handlers.keys()]
      .filter((s) => !subjects.has(s))
      .map((s) => `${s} has a handler but no contract for ${service}`),
    ...contracts
      .filter((c) => !handlers.has(c.subject))
      .map((c) => `${c.subject} has a contract but no handler`),
    ...contracts
      .filter(
        (c) => c.type === 'request' && !c.who.members && !c.who.services?.length && !c.who.clients?.length,
      )
      .map((c) => `${c.subject} declares no one who may ask`),
  ];
  if (problems.length > 0) throw new Error(`${service} cannot start:\n  ${problems.join('\n  ')}`);
}
