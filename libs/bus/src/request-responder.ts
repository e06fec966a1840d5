import { SpanKind } from '@opentelemetry/api';
import type { Msg, Subscription } from '@nats-io/transport-node';
import { assertAllowed } from '@definitivedx/auth';
import type { RequestContract } from '@definitivedx/contracts';
import { invalidInput, statusOf, toAppError, unavailable, type AppError } from '@definitivedx/errors';
import { contextFrom, createLog, inSpan } from '@definitivedx/telemetry';
import type { Bus } from './bus.js';
import type { Handler } from './handler.js';
import { RequestContext } from './context.js';
import { header, headersOf, parseInput, valueOf } from './wire.js';

const log = createLog('bus');

/** Requests handled at once; more would only wait for a database connection while their askers give up. */
const inFlightLimit = 256;

/** Answers one request subject: verifies the caller, who may ask, and the schema, and only then calls the handler. */
export class RequestResponder {
  private subscription: Subscription | undefined;
  private readonly inFlight = new Set<Promise<void>>();

  constructor(
    private readonly contract: RequestContract,
    private readonly handler: Handler,
    private readonly bus: Bus,
  ) {}

  start(): void {
    this.subscription = this.bus.connection.subscribe(this.contract.subject, {
      queue: this.contract.service,
      callback: (error, message) => {
        if (error) {
          log.error('subscription-failed', { subject: this.contract.subject, error });
          return;
        }
        const answer = this.answer(message).finally(() => this.inFlight.delete(answer));
        this.inFlight.add(answer);
      },
    });
  }

  /** Unsubscribes, still answers what the server had already handed over, and waits for it. */
  async drain(): Promise<void> {
    if (this.subscription && !this.bus.connection.isClosed()) await this.subscription.drain();
    await Promise.all(this.inFlight);
  }

  private async answer(message: Msg): Promise<void> {
    const { subject } = this.contract;
    const parent = contextFrom(valueOf(message.headers, header.traceparent));
    const options = {
      kind: SpanKind.SERVER,
      parent,
      attributes: { 'rpc.system': 'nats', 'rpc.method': subject },
    };
    try {
      const reply = await inSpan(`respond ${subject}`, options, () => this.handle(message));
      message.respond(reply);
    } catch (thrown) {
      this.respondError(message, toAppError(thrown));
    }
  }

  private async handle(message: Msg): Promise<string> {
    if (this.inFlight.size > inFlightLimit) throw unavailable(`The ${this.contract.service} service`);
    const caller = await this.bus.verifier.verify(valueOf(message.headers, header.caller));
    assertAllowed(this.contract.who, caller);
    const input = parseInput(this.contract.request, readJson(message));
    const reply = await this.handler(input, new RequestContext(caller));
    // Also keeps fields that the contract does not name inside the service.
    return JSON.stringify(this.contract.reply.parse(reply));
  }

  private respondError(message: Msg, error: AppError): void {
    if (statusOf[error.code] >= 500) log.error('request-failed', { subject: this.contract.subject, error });
    message.respond(JSON.stringify(error.toWire()), { headers: headersOf({ [header.error]: error.code }) });
  }
}

function readJson(message: Msg): unknown {
  try {
    return message.json();
  } catch {
    throw invalidInput('The message is not JSON.');
  }
}
