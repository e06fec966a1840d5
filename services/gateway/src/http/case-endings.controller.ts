import { Body, Controller, Param, Post, Req, Res } from '@nestjs/common';
import { ApiBearerAuth, ApiCookieAuth, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { ForMembers, type MemberCaller } from '@definitivedx/auth';
import { Bus } from '@definitivedx/bus';
import {
  answerFollowUp,
  cancelCase,
  convertCase,
  followUpDays,
  giveSurvey,
  id,
  moveToIdentifiedRoute,
  reopenCase,
} from '@definitivedx/contracts';
import { tagOf } from '../domain/version-tag.js';
import { Member } from './authentication.js';
import { Commands } from './commands.js';
import { AcceptsIdempotencyKey, Documented } from './documented.js';
import { onCase, onCommand } from './problems.js';

const lateSurvey = giveSurvey.request.omit({ commandId: true, caseId: true });
const cancelling = cancelCase.request.omit({ commandId: true, caseId: true });
const reopening = reopenCase.request.omit({ commandId: true, caseId: true });
const answers = answerFollowUp.request.omit({ commandId: true, caseId: true, day: true });
const followUpDay = z.coerce.number().pipe(z.literal(followUpDays));

/** How a case ends, begins again, and is followed up. */
@ApiTags('Cases')
@ApiBearerAuth()
@ApiCookieAuth()
@ForMembers()
@Controller('api/v1/cases/:caseId')
export class CaseEndingsController {
  constructor(
    private readonly bus: Bus,
    private readonly commands: Commands,
  ) {}

  @Post('survey')
  @Documented({
    summary: giveSurvey.summary,
    reply: giveSurvey.reply,
    versioned: true,
    problems: [...onCase, ...onCommand],
  })
  @AcceptsIdempotencyKey()
  survey(
    @Member() caller: MemberCaller,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
    @Param('caseId', { schema: id }) caseId: string,
    @Body({ schema: lateSurvey }) body: z.output<typeof lateSurvey>,
  ): Promise<unknown> {
    return this.commands.carryOut({ request, reply, caller }, async (commandId) => {
      const given = await this.bus.request(giveSurvey, caller, { ...body, commandId, caseId });
      return { headers: { etag: tagOf(given.version) }, body: given };
    });
  }

  @Post('cancel')
  @Documented({
    summary: cancelCase.summary,
    reply: cancelCase.reply,
    versioned: true,
    problems: [...onCase, ...onCommand],
  })
  @AcceptsIdempotencyKey()
  cancel(
    @Member() caller: MemberCaller,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
    @Param('caseId', { schema: id }) caseId: string,
    @Body({ schema: cancelling }) body: z.output<typeof cancelling>,
  ): Promise<unknown> {
    return this.commands.carryOut({ request, reply, caller }, async (commandId) => {
      const ended = await this.bus.request(cancelCase, caller, { ...body, commandId, caseId });
      return { headers: { etag: tagOf(ended.version) }, body: ended };
    });
  }

  @Post('convert')
  @Documented({
    summary: convertCase.summary,
    reply: convertCase.reply,
    versioned: true,
    problems: [...onCase, ...onCommand],
  })
  @AcceptsIdempotencyKey()
  convert(
    @Member() caller: MemberCaller,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
    @Param('caseId', { schema: id }) caseId: string,
  ): Promise<unknown> {
    return this.commands.carryOut({ request, reply, caller }, async (commandId) => {
      const ended = await this.bus.request(convertCase, caller, { commandId, caseId });
      return { headers: { etag: tagOf(ended.version) }, body: ended };
    });
  }

  @Post('identified-route')
  @Documented({
    summary: moveToIdentifiedRoute.summary,
    reply: moveToIdentifiedRoute.reply,
    versioned: true,
    problems: [...onCase, ...onCommand],
  })
  @AcceptsIdempotencyKey()
  identifiedRoute(
    @Member() caller: MemberCaller,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
    @Param('caseId', { schema: id }) caseId: string,
  ): Promise<unknown> {
    return this.commands.carryOut({ request, reply, caller }, async (commandId) => {
      const ended = await this.bus.request(moveToIdentifiedRoute, caller, { commandId, caseId });
      return { headers: { etag: tagOf(ended.version) }, body: ended };
    });
  }

  @Post('reopen')
  @Documented({
    summary: reopenCase.summary,
    reply: reopenCase.reply,
    versioned: true,
    problems: [...onCase, ...onCommand],
  })
  @AcceptsIdempotencyKey()
  reopen(
    @Member() caller: MemberCaller,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
    @Param('caseId', { schema: id }) caseId: string,
    @Body({ schema: reopening }) body: z.output<typeof reopening>,
  ): Promise<unknown> {
    return this.commands.carryOut({ request, reply, caller }, async (commandId) => {
      const reopened = await this.bus.request(reopenCase, caller, { ...body, commandId, caseId });
      return { headers: { etag: tagOf(reopened.version) }, body: reopened };
    });
  }

  @Post('follow-ups/:day')
  @Documented({
    summary: answerFollowUp.summary,
    reply: answerFollowUp.reply,
    problems: [...onCase, ...onCommand],
  })
  @AcceptsIdempotencyKey()
  followUp(
    @Member() caller: MemberCaller,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
    @Param('caseId', { schema: id }) caseId: string,
    @Param('day', { schema: followUpDay }) day: (typeof followUpDays)[number],
    @Body({ schema: answers }) body: z.output<typeof answers>,
  ): Promise<unknown> {
    return this.commands.carryOut({ request, reply, caller }, async (commandId) => ({
      body: await this.bus.request(answerFollowUp, caller, { ...body, commandId, caseId, day }),
    }));
  }
}
