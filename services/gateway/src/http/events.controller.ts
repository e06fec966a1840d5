import { Controller, Get, Headers, Req, Res } from '@nestjs/common';
import { ApiBearerAuth, ApiCookieAuth, ApiHeader, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { AppError, invalidInput } from '@definitivedx/errors';
import { assertAllowed, ForMembers } from '@definitivedx/auth';
import { Bus } from '@definitivedx/bus';
import { streamEntries, type ReplyOf } from '@definitivedx/contracts';
import { currentTraceId } from '@definitivedx/telemetry';
import { EventStream } from '../live/event-stream.js';
import { LiveConnections } from '../live/live-connections.js';
import type { KnownCaller } from '../sign-in/callers.js';
import { Authentication, Known } from './authentication.js';
import { Documented } from './documented.js';

/** How long a client may leave events unread before it is let go, in milliseconds. */
const patienceMs = 10_000;

@ApiTags('Events')
@ApiBearerAuth()
@ApiCookieAuth()
@Controller('api/v1/events')
export class EventsController {
  constructor(
    private readonly bus: Bus,
    private readonly authentication: Authentication,
    private readonly connections: LiveConnections,
  ) {}

  @Get()
  @ForMembers()
  @Documented({
    summary:
      'Server-sent events about your cases: what happened to which case, never content. Fetch what you may see.',
    description:
      'Events are `case-shared`, `case-posted`, `advice-given` and `access-ended`; `data` holds `caseId` and `at`, `id` the position. ' +
      'Begins with what is new; send Last-Event-ID to resume after a position.',
    reply: z.string(),
    mediaType: 'text/event-stream',
    problems: ['invalid-input', 'consent-required'],
  })
  @ApiHeader({ name: 'Last-Event-ID', required: false, description: 'Position after which to resume.' })
  async stream(
    @Known() { caller, credential }: KnownCaller,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
    @Headers('last-event-id') lastEventId: string | undefined,
  ): Promise<void> {
    const asked = positionOf(lastEventId);
    const place = this.connections.reserve({
      memberId: caller.memberId,
      organisationId: caller.organisationId,
      credential,
    });
    try {
      // Before the reply begins, so that a failure is still told as a problem document.
      const position = asked ?? (await this.bus.request(streamEntries, caller, {})).latest;
      const stream = this.open(request, reply, position);
      reply.raw.once('close', place.free);
      if (reply.raw.destroyed) place.free();
      place.fill(stream);
      stream.wake();
    } catch (error) {
      place.free();
      throw error;
    }
  }

  private open(request: FastifyRequest, reply: FastifyReply, position: number): EventStream {
    const traceId = currentTraceId();
    reply.hijack();
    for (const [name, value] of Object.entries(reply.getHeaders())) {
      if (value !== undefined) reply.raw.setHeader(name, value);
    }
    reply.raw.writeHead(200, {
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-store',
      // Tells a proxy in front not to collect the events first.
      'x-accel-buffering': 'no',
      // A stream that ends must not leave a connection behind that a drain would wait for.
      connection: 'close',
      ...(traceId ? { 'x-trace-id': traceId } : {}),
    });
    return new EventStream(reply.raw, { position, patienceMs, fetch: (after) => this.fetch(request, after) });
  }

  /** Asks again who the request's credential stands for: a session that ended, or a right that did, ends the stream. */
  private async fetch(request: FastifyRequest, after: number): Promise<ReplyOf<typeof streamEntries>> {
    const known = await this.authentication.of(request);
    if (!known) throw new AppError('not-signed-in', 'Please sign in first.');
    assertAllowed({ members: 'any' }, known.caller);
    return this.bus.request(streamEntries, known.caller, { after });
  }
}

/** @throws AppError `invalid-input` for anything but a position this API gave out. */
function positionOf(lastEventId: string | undefined): number | undefined {
  if (lastEventId === undefined || lastEventId === '') return undefined;
  if (/^\d{1,15}$/.test(lastEventId)) return Number(lastEventId);
  throw invalidInput('Send Last-Event-ID as you received it, or leave it out.', [
    { path: 'Last-Event-ID', message: 'is not a position of this stream' },
  ]);
}
