import { SpanKind } from '@opentelemetry/api';
import {
  NoRespondersError,
  RequestError,
  TimeoutError,
  type Msg,
  type NatsConnection,
} from '@nats-io/transport-node';
import type { z } from 'zod';
import type { Caller, CallerSigner, CallerVerifier, ServiceCaller } from '@definitivedx/auth';
import type { DataOf, NudgeContract, ReplyOf, RequestContract } from '@definitivedx/contracts';
import { AppError, fromWire, toAppError, unavailable } from '@definitivedx/errors';
import { createLog, inSpan } from '@definitivedx/telemetry';
import { header, headersOf, parseInput, valueOf } from './wire.js';

const log = createLog('bus');

/** The one client of the bus: requests to other services, and nudges. Events go through `emit`. */
export class Bus {
  private connected = true;

  constructor(
    readonly connection: NatsConnection,
    private readonly signer: CallerSigner,
    readonly verifier: CallerVerifier,
    private readonly requestTimeoutMs: number,
  ) {
    void this.watch();
  }

  /** This service acting by itself. */
  self(): Promise<ServiceCaller> {
    return this.signer.self();
  }

  /** True while connected. */
  ready(): boolean {
    return this.connected;
  }

  /**
   * Asks another service on behalf of `caller` and waits for the reply.
   * @throws AppError of the other service, or `unavailable` when it does not answer within the time limit.
   */
  async request<C extends RequestContract>(
    contract: C,
    caller: Caller,
    input: z.input<C['request']>,
  ): Promise<ReplyOf<C>> {
    const options = {
      kind: SpanKind.CLIENT,
      attributes: { 'rpc.system': 'nats', 'rpc.method': contract.subject },
    };
    return inSpan(`request ${contract.subject}`, options, async () => {
      const reply = await this.send(contract, JSON.stringify(input), caller);
      const body: unknown = reply.json();
      if (valueOf(reply.headers, header.error)) throw fromWire(body);
      return body as ReplyOf<C>;
    });
  }

  private async send(contract: RequestContract, body: string, caller: Caller): Promise<Msg> {
    // A request written while disconnected would wait in a buffer and may be carried out after its asker gave up.
    if (!this.connected) throw unavailable('The message bus');
    try {
      return await this.connection.request(contract.subject, body, {
        timeout: this.requestTimeoutMs,
        headers: headersOf({ [header.caller]: caller.token }),
      });
    } catch (error) {
      throw toUnavailable(contract, error);
    }
  }

  /** Hints listeners to fetch; may be lost. */
  nudge<C extends NudgeContract>(contract: C, data: DataOf<C>): void {
    if (this.connected) this.connection.publish(contract.subject, JSON.stringify(data));
  }

  /** Listens to a nudge on every replica. */
  onNudge<C extends NudgeContract>(contract: C, listener: (data: DataOf<C>) => void): void {
    this.connection.subscribe(contract.subject, {
      callback: (error, message) => {
        if (error) return;
        try {
          listener(parseInput(contract.data, message.json()) as DataOf<C>);
        } catch (failure) {
          log.warn('nudge-unreadable', { subject: contract.subject, error: failure });
        }
      },
    });
  }

  /** Sends what is still to be sent, then disconnects. */
  async close(): Promise<void> {
    if (!this.connection.isClosed()) await this.connection.drain();
  }

  private async watch(): Promise<void> {
    for await (const status of this.connection.status()) {
      if (status.type === 'disconnect' || status.type === 'close') this.connected = false;
      if (status.type === 'reconnect') this.connected = true;
      if (status.type === 'disconnect' || status.type === 'reconnect') log.warn(`nats-${status.type}`);
      if (status.type === 'error') log.warn('nats-error', { error: status.error });
    }
  }
}

function toUnavailable(contract: RequestContract, error: unknown): AppError {
  const noResponders =
    error instanceof NoRespondersError || (error instanceof RequestError && error.isNoResponders());
  if (noResponders) return unavailable(`The ${contract.service} service`, error);
  if (error instanceof TimeoutError || (error instanceof Error && error.cause instanceof TimeoutError)) {
    return new AppError(
      'unavailable',
      `The ${contract.service} service did not answer in time. It may have been done: please repeat with the same Idempotency-Key.`,
      { retryAfterSeconds: 2, cause: error },
    );
  }
  const away = error instanceof Error && /closed|draining|disconnect/i.test(`${error.name} ${error.message}`);
  return away ? unavailable('The message bus', error) : toAppError(error);
}
