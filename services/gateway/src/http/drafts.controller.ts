import { Body, Controller, Delete, Get, Headers, Param, Post, Put, Req, Res } from '@nestjs/common';
import { ApiBearerAuth, ApiCookieAuth, ApiHeader, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { z } from 'zod';
import { ForMembers, type MemberCaller } from '@definitivedx/auth';
import { Bus } from '@definitivedx/bus';
import {
  changeDraft,
  createDraft,
  deleteDraft,
  getDraft,
  id,
  listDrafts,
  type ReplyOf,
} from '@definitivedx/contracts';
import { tagOf, versionOf } from '../domain/version-tag.js';
import { Member } from './authentication.js';
import { Commands } from './commands.js';
import { AcceptsIdempotencyKey, Documented } from './documented.js';
import { onCommand } from './problems.js';

const writing = createDraft.request.pick({ content: true });
const onDraft = ['invalid-input', 'not-found', 'consent-required'] as const;

/** What a member has begun to write, for them alone. Replies to commands hold nothing of it, since those are kept. */
@ApiTags('Drafts')
@ApiBearerAuth()
@ApiCookieAuth()
@ForMembers()
@Controller('api/v1/drafts')
export class DraftsController {
  constructor(
    private readonly bus: Bus,
    private readonly commands: Commands,
  ) {}

  @Post()
  @Documented({
    summary: createDraft.summary,
    reply: createDraft.reply,
    status: 201,
    versioned: true,
    problems: ['invalid-input', 'consent-required', ...onCommand],
  })
  @AcceptsIdempotencyKey()
  create(
    @Member() caller: MemberCaller,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
    @Body({ schema: writing }) body: z.output<typeof writing>,
  ): Promise<unknown> {
    return this.commands.carryOut({ request, reply, caller }, async (commandId) => {
      const draft = await this.bus.request(createDraft, caller, { ...body, commandId });
      const headers = { location: `/api/v1/drafts/${draft.draftId}`, etag: tagOf(draft.version) };
      return { status: 201, headers, body: draft };
    });
  }

  @Get()
  @Documented({ summary: listDrafts.summary, reply: listDrafts.reply, problems: ['consent-required'] })
  list(@Member() caller: MemberCaller): Promise<ReplyOf<typeof listDrafts>> {
    return this.bus.request(listDrafts, caller, {});
  }

  @Get(':draftId')
  @Documented({ summary: getDraft.summary, reply: getDraft.reply, versioned: true, problems: onDraft })
  async get(
    @Member() caller: MemberCaller,
    @Res({ passthrough: true }) reply: FastifyReply,
    @Param('draftId', { schema: id }) draftId: string,
  ): Promise<ReplyOf<typeof getDraft>> {
    const draft = await this.bus.request(getDraft, caller, { draftId });
    void reply.header('etag', tagOf(draft.version));
    return draft;
  }

  @Put(':draftId')
  @Documented({
    summary: changeDraft.summary,
    reply: changeDraft.reply,
    versioned: true,
    problems: [...onDraft, 'version-mismatch', ...onCommand],
  })
  @AcceptsIdempotencyKey()
  @ApiHeader({
    name: 'If-Match',
    required: false,
    description: 'The ETag of the draft as you saw it; refused with 412 when it was changed elsewhere since.',
  })
  change(
    @Member() caller: MemberCaller,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
    @Param('draftId', { schema: id }) draftId: string,
    @Headers('if-match') ifMatch: string | undefined,
    @Body({ schema: writing }) body: z.output<typeof writing>,
  ): Promise<unknown> {
    const expectedVersion = versionOf(ifMatch);
    return this.commands.carryOut({ request, reply, caller }, async (commandId) => {
      const input = {
        ...body,
        commandId,
        draftId,
        ...(expectedVersion === undefined ? {} : { expectedVersion }),
      };
      const draft = await this.bus.request(changeDraft, caller, input);
      return { headers: { etag: tagOf(draft.version) }, body: draft };
    });
  }

  @Delete(':draftId')
  @Documented({
    summary: deleteDraft.summary,
    reply: deleteDraft.reply,
    problems: ['invalid-input', 'consent-required'],
  })
  delete(
    @Member() caller: MemberCaller,
    @Param('draftId', { schema: id }) draftId: string,
  ): Promise<ReplyOf<typeof deleteDraft>> {
    return this.bus.request(deleteDraft, caller, { draftId });
  }
}
