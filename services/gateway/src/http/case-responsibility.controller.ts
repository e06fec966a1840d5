import { Body, Controller, Get, Param, Post, Query, Req, Res } from '@nestjs/common';
import { ApiBearerAuth, ApiCookieAuth, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { ForMembers, type MemberCaller } from '@definitivedx/auth';
import { Bus } from '@definitivedx/bus';
import {
  acknowledgeResponsibility,
  caseTimeline,
  changeLeadPanel,
  consultPanel,
  cursor,
  handBack,
  handTo,
  id,
  recordPhoneCall,
  responsibilityHistory,
  type ReplyOf,
} from '@definitivedx/contracts';
import { tagOf } from '../domain/version-tag.js';
import { Member } from './authentication.js';
import { Commands } from './commands.js';
import { AcceptsIdempotencyKey, Documented } from './documented.js';
import { onCase, onCommand } from './problems.js';

const backing = handBack.request.omit({ commandId: true, caseId: true });
const handing = handTo.request.omit({ commandId: true, caseId: true });
const consulting = consultPanel.request.omit({ commandId: true, caseId: true });
const leading = changeLeadPanel.request.omit({ commandId: true, caseId: true });
const calling = recordPhoneCall.request.omit({ commandId: true, caseId: true, postId: true });
const pageQuery = z.strictObject({
  cursor: cursor.optional(),
  limit: z.coerce.number().int().min(1).max(100).default(50),
});

/** Who answers for a case, which panels take part in it, and what happened to it. */
@ApiTags('Cases')
@ApiBearerAuth()
@ApiCookieAuth()
@ForMembers()
@Controller('api/v1/cases/:caseId')
export class CaseResponsibilityController {
  constructor(
    private readonly bus: Bus,
    private readonly commands: Commands,
  ) {}

  @Get('responsibility')
  @Documented({
    summary: responsibilityHistory.summary,
    reply: responsibilityHistory.reply,
    problems: onCase,
  })
  history(
    @Member() caller: MemberCaller,
    @Param('caseId', { schema: id }) caseId: string,
    @Query({ schema: pageQuery }) query: z.output<typeof pageQuery>,
  ): Promise<ReplyOf<typeof responsibilityHistory>> {
    return this.bus.request(responsibilityHistory, caller, { caseId, ...query });
  }

  @Get('timeline')
  @Documented({ summary: caseTimeline.summary, reply: caseTimeline.reply, problems: onCase })
  timeline(
    @Member() caller: MemberCaller,
    @Param('caseId', { schema: id }) caseId: string,
    @Query({ schema: pageQuery }) query: z.output<typeof pageQuery>,
  ): Promise<ReplyOf<typeof caseTimeline>> {
    return this.bus.request(caseTimeline, caller, { caseId, ...query });
  }

  @Post('responsibility/hand-back')
  @Documented({
    summary: handBack.summary,
    reply: handBack.reply,
    versioned: true,
    problems: [...onCase, ...onCommand],
  })
  @AcceptsIdempotencyKey()
  handBack(
    @Member() caller: MemberCaller,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
    @Param('caseId', { schema: id }) caseId: string,
    @Body({ schema: backing }) body: z.output<typeof backing>,
  ): Promise<unknown> {
    return this.commands.carryOut({ request, reply, caller }, async (commandId) => {
      const handed = await this.bus.request(handBack, caller, { ...body, commandId, caseId });
      return { headers: { etag: tagOf(handed.version) }, body: handed };
    });
  }

  @Post('responsibility/hand-over')
  @Documented({
    summary: handTo.summary,
    reply: handTo.reply,
    versioned: true,
    problems: [...onCase, ...onCommand],
  })
  @AcceptsIdempotencyKey()
  handTo(
    @Member() caller: MemberCaller,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
    @Param('caseId', { schema: id }) caseId: string,
    @Body({ schema: handing }) body: z.output<typeof handing>,
  ): Promise<unknown> {
    return this.commands.carryOut({ request, reply, caller }, async (commandId) => {
      const handed = await this.bus.request(handTo, caller, { ...body, commandId, caseId });
      return { headers: { etag: tagOf(handed.version) }, body: handed };
    });
  }

  @Post('responsibility/acknowledgement')
  @Documented({
    summary: acknowledgeResponsibility.summary,
    reply: acknowledgeResponsibility.reply,
    versioned: true,
    problems: [...onCase, ...onCommand],
  })
  @AcceptsIdempotencyKey()
  acknowledge(
    @Member() caller: MemberCaller,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
    @Param('caseId', { schema: id }) caseId: string,
  ): Promise<unknown> {
    return this.commands.carryOut({ request, reply, caller }, async (commandId) => {
      const known = await this.bus.request(acknowledgeResponsibility, caller, { commandId, caseId });
      return { headers: { etag: tagOf(known.version) }, body: known };
    });
  }

  @Post('consultations')
  @Documented({
    summary: consultPanel.summary,
    reply: consultPanel.reply,
    status: 201,
    versioned: true,
    problems: [...onCase, ...onCommand],
  })
  @AcceptsIdempotencyKey()
  consult(
    @Member() caller: MemberCaller,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
    @Param('caseId', { schema: id }) caseId: string,
    @Body({ schema: consulting }) body: z.output<typeof consulting>,
  ): Promise<unknown> {
    return this.commands.carryOut({ request, reply, caller }, async (commandId) => {
      const asked = await this.bus.request(consultPanel, caller, { ...body, commandId, caseId });
      return { status: 201, headers: { etag: tagOf(asked.version) }, body: asked };
    });
  }

  @Post('lead-panel')
  @Documented({
    summary: changeLeadPanel.summary,
    reply: changeLeadPanel.reply,
    versioned: true,
    problems: [...onCase, ...onCommand],
  })
  @AcceptsIdempotencyKey()
  leadPanel(
    @Member() caller: MemberCaller,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
    @Param('caseId', { schema: id }) caseId: string,
    @Body({ schema: leading }) body: z.output<typeof leading>,
  ): Promise<unknown> {
    return this.commands.carryOut({ request, reply, caller }, async (commandId) => {
      const led = await this.bus.request(changeLeadPanel, caller, { ...body, commandId, caseId });
      return { headers: { etag: tagOf(led.version) }, body: led };
    });
  }

  @Post('posts/:postId/phone-call')
  @Documented({
    summary: recordPhoneCall.summary,
    reply: recordPhoneCall.reply,
    status: 201,
    versioned: true,
    problems: [...onCase, ...onCommand],
  })
  @AcceptsIdempotencyKey()
  phoneCall(
    @Member() caller: MemberCaller,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
    @Param('caseId', { schema: id }) caseId: string,
    @Param('postId', { schema: id }) postId: string,
    @Body({ schema: calling }) body: z.output<typeof calling>,
  ): Promise<unknown> {
    return this.commands.carryOut({ request, reply, caller }, async (commandId) => {
      const recorded = await this.bus.request(recordPhoneCall, caller, {
        ...body,
        commandId,
        caseId,
        postId,
      });
      return { status: 201, headers: { etag: tagOf(recorded.version) }, body: recorded };
    });
  }
}
