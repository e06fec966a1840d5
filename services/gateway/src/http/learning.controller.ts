import { Body, Controller, Delete, Get, Param, Post, Query, Req, Res } from '@nestjs/common';
import { ApiBearerAuth, ApiCookieAuth, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { ForMembers, type MemberCaller } from '@definitivedx/auth';
import { Bus } from '@definitivedx/bus';
import {
  caseTeaching,
  cursor,
  endTeaching,
  getTeaching,
  id,
  listTeaching,
  myFollowUps,
  offerForTeaching,
  type ReplyOf,
} from '@definitivedx/contracts';
import { Member } from './authentication.js';
import { Commands } from './commands.js';
import { AcceptsIdempotencyKey, Documented } from './documented.js';
import { onCase, onCommand } from './problems.js';

const offer = offerForTeaching.request.omit({ commandId: true, caseId: true });
const limit = z.coerce.number().int().min(1).max(100).default(50);
const pageOfFollowUps = z.strictObject({ cursor: cursor.optional(), limit });
const pageOfTeaching = z.strictObject({ cursor: id.optional(), limit });

/** What is learnt from cases: what became of children, and cases to teach with. */
@ApiTags('Learning')
@ApiBearerAuth()
@ApiCookieAuth()
@ForMembers()
@Controller('api/v1')
export class LearningController {
  constructor(
    private readonly bus: Bus,
    private readonly commands: Commands,
  ) {}

  @Get('me/follow-ups')
  @Documented({
    summary: myFollowUps.summary,
    reply: myFollowUps.reply,
    problems: ['invalid-input', 'consent-required'],
  })
  followUps(
    @Member() caller: MemberCaller,
    @Query({ schema: pageOfFollowUps }) query: z.output<typeof pageOfFollowUps>,
  ): Promise<ReplyOf<typeof myFollowUps>> {
    return this.bus.request(myFollowUps, caller, query);
  }

  @Get('teaching')
  @Documented({
    summary: listTeaching.summary,
    reply: listTeaching.reply,
    problems: ['invalid-input', 'consent-required'],
  })
  list(
    @Member() caller: MemberCaller,
    @Query({ schema: pageOfTeaching }) query: z.output<typeof pageOfTeaching>,
  ): Promise<ReplyOf<typeof listTeaching>> {
    return this.bus.request(listTeaching, caller, query);
  }

  @Get('teaching/:teachingId')
  @Documented({ summary: getTeaching.summary, reply: getTeaching.reply, problems: onCase })
  get(
    @Member() caller: MemberCaller,
    @Param('teachingId', { schema: id }) teachingId: string,
  ): Promise<ReplyOf<typeof getTeaching>> {
    return this.bus.request(getTeaching, caller, { teachingId });
  }

  @Get('cases/:caseId/teaching')
  @Documented({ summary: caseTeaching.summary, reply: caseTeaching.reply, problems: onCase })
  ofCase(
    @Member() caller: MemberCaller,
    @Param('caseId', { schema: id }) caseId: string,
  ): Promise<ReplyOf<typeof caseTeaching>> {
    return this.bus.request(caseTeaching, caller, { caseId });
  }

  @Post('cases/:caseId/teaching')
  @Documented({
    summary: offerForTeaching.summary,
    reply: offerForTeaching.reply,
    status: 201,
    problems: [...onCase, ...onCommand],
  })
  @AcceptsIdempotencyKey()
  offer(
    @Member() caller: MemberCaller,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
    @Param('caseId', { schema: id }) caseId: string,
    @Body({ schema: offer }) body: z.output<typeof offer>,
  ): Promise<unknown> {
    return this.commands.carryOut({ request, reply, caller }, async (commandId) => {
      const offered = await this.bus.request(offerForTeaching, caller, { ...body, commandId, caseId });
      const headers = { location: `/api/v1/teaching/${offered.teachingId}` };
      return { status: 201, headers, body: offered };
    });
  }

  @Delete('cases/:caseId/teaching')
  @Documented({ summary: endTeaching.summary, reply: endTeaching.reply, problems: [...onCase, ...onCommand] })
  @AcceptsIdempotencyKey()
  takeBack(
    @Member() caller: MemberCaller,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
    @Param('caseId', { schema: id }) caseId: string,
  ): Promise<unknown> {
    return this.commands.carryOut({ request, reply, caller }, async (commandId) => ({
      body: await this.bus.request(endTeaching, caller, { commandId, caseId }),
    }));
  }
}
