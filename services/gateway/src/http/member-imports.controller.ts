import { Controller, Get, Param, Post, Query, Req, Res } from '@nestjs/common';
import { ApiBearerAuth, ApiBody, ApiConsumes, ApiCookieAuth, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { assertAllowed, For, type OrganisationCaller } from '@definitivedx/auth';
import { bodyOf, Bus } from '@definitivedx/bus';
import {
  getMemberImport,
  id,
  importDoor,
  listMemberImports,
  memberImport,
  membersDoor,
  type ReplyOf,
} from '@definitivedx/contracts';
import { AppError } from '@definitivedx/errors';
import { currentTraceId } from '@definitivedx/telemetry';
import { ImportDoor } from '../doors/import-door.js';
import { streamProgress, type Look } from '../live/progress-stream.js';
import { Acting, Authentication } from './authentication.js';
import { Commands } from './commands.js';
import { AcceptsIdempotencyKey, Documented } from './documented.js';
import { TakesStream } from './uploads.js';

const onImport = ['invalid-input', 'not-found', 'consent-required'] as const;
const asked = z.strictObject({ issuer: z.url().max(500).optional() });
const over: readonly string[] = ['done', 'refused', 'failed'];

/** Members from a file: thousands at once, all of them or none. */
@ApiTags('Organisation')
@ApiBearerAuth()
@ApiCookieAuth()
@For(membersDoor)
@Controller('api/v1/organisation/members/imports')
export class MemberImportsController {
  constructor(
    private readonly bus: Bus,
    private readonly door: ImportDoor,
    private readonly commands: Commands,
    private readonly authentication: Authentication,
  ) {}

  @Post()
  @TakesStream()
  @Documented({
    summary:
      'Takes in a CSV file of members. It is checked as a whole first; then all of it is written, or nothing.',
    description:
      'The first line names the columns, in any order: subject, name, email, roles, and user_name if you like. Roles are apart by spaces or semicolons. ' +
      'UTF-8, with or without a byte order mark, or UTF-16 with one. Answers once the file has been read; follow the rest at Location. ' +
      'The same file again changes nothing. `issuer` names the sign-in issuer of the subjects, where there is more than one.',
    reply: memberImport,
    status: 202,
    problems: [
      'invalid-input',
      'consent-required',
      'conflict',
      'command-in-flight',
      'payload-too-large',
      'idempotency-key-reused',
    ],
  })
  @AcceptsIdempotencyKey()
  @ApiConsumes('text/csv')
  @ApiBody({ schema: { type: 'string', format: 'binary' } })
  async add(
    @Acting() caller: OrganisationCaller,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
    @Query({ schema: asked }) { issuer }: z.output<typeof asked>,
  ): Promise<unknown> {
    const leave = this.door.enter(caller);
    const body = bodyOf(request.raw);
    try {
      return await this.commands.carryOut(
        { request, reply, caller, keepRefusals: false },
        async (commandId) => {
          const response = await this.door.knock(caller, {
            method: 'POST',
            path: '',
            headers: {
              'content-type': 'application/octet-stream',
              'content-length': request.headers['content-length'],
              [importDoor.headers.importId]: commandId,
              [importDoor.headers.issuer]: issuer,
            },
            body,
          });
          const begun = memberImport.parse(await response.body.json());
          const location = `/api/v1/organisation/members/imports/${begun.importId}`;
          return { status: 202, headers: { location }, body: begun };
        },
      );
    } finally {
      leave();
      body.destroy();
    }
  }

  @Get()
  @Documented({
    summary: listMemberImports.summary,
    reply: listMemberImports.reply,
    problems: ['consent-required'],
  })
  list(@Acting() caller: OrganisationCaller): Promise<ReplyOf<typeof listMemberImports>> {
    return this.bus.request(listMemberImports, caller, {});
  }

  @Get(':importId')
  @Documented({ summary: getMemberImport.summary, reply: getMemberImport.reply, problems: onImport })
  get(
    @Acting() caller: OrganisationCaller,
    @Param('importId', { schema: id }) importId: string,
  ): Promise<ReplyOf<typeof getMemberImport>> {
    return this.bus.request(getMemberImport, caller, { importId });
  }

  @Get(':importId/events')
  @Documented({
    summary: 'How an import is getting on, as server-sent events, until it has ended.',
    description:
      'Events are `progress` and, at the end, `done`, `refused` or `failed`; `data` is the import without its bad lines, which are at its address.',
    reply: z.string(),
    mediaType: 'text/event-stream',
    problems: onImport,
  })
  async events(
    @Acting() caller: OrganisationCaller,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
    @Param('importId', { schema: id }) importId: string,
  ): Promise<void> {
    const leave = this.door.enter(caller);
    try {
      // Before the reply begins, so that a refusal is still told as a problem document.
      await this.bus.request(getMemberImport, caller, { importId });
      this.begin(reply);
      await streamProgress(reply.raw, () => this.look(request, importId));
    } finally {
      leave();
    }
  }

  private begin(reply: FastifyReply): void {
    const traceId = currentTraceId();
    reply.hijack();
    for (const [name, value] of Object.entries(reply.getHeaders()))
      if (value !== undefined) reply.raw.setHeader(name, value);
    reply.raw.writeHead(200, {
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-store',
      'x-accel-buffering': 'no',
      connection: 'close',
      ...(traceId ? { 'x-trace-id': traceId } : {}),
    });
  }

  private async look(request: FastifyRequest, importId: string): Promise<Look> {
    const known = await this.authentication.of(request);
    if (!known) throw new AppError('not-signed-in', 'Please sign in first.');
    assertAllowed(membersDoor, known.caller);
    const { errors: _errors, ...data } = await this.bus.request(getMemberImport, known.caller, { importId });
    const last = over.includes(data.state);
    return { event: last ? data.state : 'progress', data, last };
  }
}
