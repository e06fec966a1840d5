import { createHash } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { v7 as uuidv7 } from 'uuid';
import { fromWire, invalidInput } from '@definitivedx/errors';
import { actorIdOf, type OrganisationCaller } from '@definitivedx/auth';
import { ServiceContext } from '@definitivedx/bus';
import { oncePerKey, type Outcome } from '../commands/once-per-key.js';
import { canonicalJson } from '../domain/json.js';

/** What a command answers with. */
export interface CommandReply {
  readonly body: unknown;
  readonly status?: 200 | 201 | 202;
  readonly headers?: Readonly<Record<string, string>>;
}

interface CommandRequest {
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
  readonly caller: OrganisationCaller;
  /** False for a request whose body is a stream: what is refused may be in the body, by which requests are not compared. */
  readonly keepRefusals?: boolean;
}

/** Carries commands out for HTTP requests: each with a command id, once per Idempotency-Key when there is one. */
@Injectable()
export class Commands {
  constructor(private readonly service: ServiceContext) {}

  /** @returns the body to send; status and headers are set on `reply`. */
  async carryOut(
    { request, reply, caller, keepRefusals = true }: CommandRequest,
    work: (commandId: string) => Promise<CommandReply>,
  ): Promise<unknown> {
    const outcomeOf = async (commandId: string): Promise<Outcome> => {
      const { body, status = 200, headers = {} } = await work(commandId);
      return { status, reply: { body, headers } };
    };
    const key = keyOf(request);
    const outcome =
      key === undefined
        ? { ...(await outcomeOf(uuidv7())), replayed: false }
        : await oncePerKey(
            this.service,
            actorIdOf(caller),
            { key, requestHash: hashOfRequest(request, caller), keepRefusals },
            outcomeOf,
          );
    if (outcome.replayed) void reply.header('idempotency-replayed', 'true');
    if (outcome.reply.error) throw fromWire(outcome.reply.error);
    void reply.status(outcome.status).headers({ ...outcome.reply.headers });
    return outcome.reply.body;
  }
}

/** @throws AppError `invalid-input` for a key that is empty, too long or not plain ASCII. */
function keyOf(request: FastifyRequest): string | undefined {
  const header = request.headers['idempotency-key'];
  if (header === undefined) return undefined;
  const key = Array.isArray(header) ? header.join() : header;
  if (/^[!-~]{1,200}$/.test(key)) return key;
  throw invalidInput('Send an Idempotency-Key of 1 to 200 letters, digits or signs, for example a UUID.', [
    { path: 'Idempotency-Key', message: 'is not a usable key' },
  ]);
}

/** What makes two requests the same: who acts for which organisation, what, where, and on which version. */
function hashOfRequest(request: FastifyRequest, caller: OrganisationCaller): Buffer {
  const same = [
    caller.organisationId,
    request.method,
    request.url,
    request.headers['if-match'] ?? null,
    request.body ?? null,
  ];
  return createHash('sha256').update(canonicalJson(same)).digest();
}
