import { Body, Controller, Get, HttpCode, Param, Post, Query, Req, Res } from '@nestjs/common';
import { ApiBearerAuth, ApiCookieAuth, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { ForMembers, type MemberCaller } from '@definitivedx/auth';
import { Bus } from '@definitivedx/bus';
import {
  acknowledgeAdvice,
  cursor,
  editPost,
  id,
  markRead,
  myAdvice,
  postEdits,
  withdrawPost,
  type ReplyOf,
} from '@definitivedx/contracts';
import { tagOf } from '../domain/version-tag.js';
import { Member } from './authentication.js';
import { Commands } from './commands.js';
import { AcceptsIdempotencyKey, Documented } from './documented.js';
import { onBody, onCase, onCommand } from './problems.js';

const ofPost = { commandId: true, caseId: true, postId: true } as const;
const edit = editPost.request.omit(ofPost);
const withdrawal = withdrawPost.request.omit(ofPost);
const acknowledgement = acknowledgeAdvice.request.omit(ofPost);
const mark = markRead.request.omit({ caseId: true });
const pageQuery = z.strictObject({
  cursor: cursor.optional(),
  limit: z.coerce.number().int().min(1).max(100).default(50),
});

/** What becomes of a post after it was written, and who has read it. */
@ApiTags('Discussion')
@ApiBearerAuth()
@ApiCookieAuth()
@ForMembers()
@Controller('api/v1')
export class DiscussionController {
  constructor(
    private readonly bus: Bus,
    private readonly commands: Commands,
  ) {}

  @Post('cases/:caseId/posts/:postId/edits')
  @Documented({
    summary: editPost.summary,
    reply: editPost.reply,
    versioned: true,
    problems: [...onCase, ...onCommand],
  })
  @AcceptsIdempotencyKey()
  edit(
    @Member() caller: MemberCaller,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
    @Param('caseId', { schema: id }) caseId: string,
    @Param('postId', { schema: id }) postId: string,
    @Body({ schema: edit }) body: z.output<typeof edit>,
  ): Promise<unknown> {
    return this.commands.carryOut({ request, reply, caller }, async (commandId) => {
      const edited = await this.bus.request(editPost, caller, { ...body, commandId, caseId, postId });
      return { headers: { etag: tagOf(edited.version) }, body: edited };
    });
  }

  @Get('cases/:caseId/posts/:postId/edits')
  @Documented({ summary: postEdits.summary, reply: postEdits.reply, problems: onCase })
  edits(
    @Member() caller: MemberCaller,
    @Param('caseId', { schema: id }) caseId: string,
    @Param('postId', { schema: id }) postId: string,
  ): Promise<ReplyOf<typeof postEdits>> {
    return this.bus.request(postEdits, caller, { caseId, postId });
  }

  @Post('cases/:caseId/posts/:postId/withdrawal')
  @Documented({
    summary: withdrawPost.summary,
    reply: withdrawPost.reply,
    versioned: true,
    problems: [...onCase, ...onCommand],
  })
  @AcceptsIdempotencyKey()
  withdraw(
    @Member() caller: MemberCaller,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
    @Param('caseId', { schema: id }) caseId: string,
    @Param('postId', { schema: id }) postId: string,
    @Body({ schema: withdrawal }) body: z.output<typeof withdrawal>,
  ): Promise<unknown> {
    return this.commands.carryOut({ request, reply, caller }, async (commandId) => {
      const input = { ...body, commandId, caseId, postId };
      const withdrawn = await this.bus.request(withdrawPost, caller, input);
      return { headers: { etag: tagOf(withdrawn.version) }, body: withdrawn };
    });
  }

  @Post('cases/:caseId/posts/:postId/acknowledgement')
  @Documented({
    summary: acknowledgeAdvice.summary,
    reply: acknowledgeAdvice.reply,
    problems: [...onCase, ...onCommand],
  })
  @AcceptsIdempotencyKey()
  acknowledge(
    @Member() caller: MemberCaller,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
    @Param('caseId', { schema: id }) caseId: string,
    @Param('postId', { schema: id }) postId: string,
    @Body({ schema: acknowledgement }) body: z.output<typeof acknowledgement>,
  ): Promise<unknown> {
    return this.commands.carryOut({ request, reply, caller }, async (commandId) => ({
      body: await this.bus.request(acknowledgeAdvice, caller, { ...body, commandId, caseId, postId }),
    }));
  }

  /** No command: to mark the same again changes nothing, so that it is safely repeated without a key. */
  @Post('cases/:caseId/read-mark')
  @HttpCode(200)
  @Documented({ summary: markRead.summary, reply: markRead.reply, problems: [...onCase, ...onBody] })
  mark(
    @Member() caller: MemberCaller,
    @Param('caseId', { schema: id }) caseId: string,
    @Body({ schema: mark }) body: z.output<typeof mark>,
  ): Promise<ReplyOf<typeof markRead>> {
    return this.bus.request(markRead, caller, { ...body, caseId });
  }

  @Get('me/advice')
  @Documented({
    summary: myAdvice.summary,
    reply: myAdvice.reply,
    problems: ['invalid-input', 'consent-required'],
  })
  mine(
    @Member() caller: MemberCaller,
    @Query({ schema: pageQuery }) query: z.output<typeof pageQuery>,
  ): Promise<ReplyOf<typeof myAdvice>> {
    return this.bus.request(myAdvice, caller, query);
  }
}
