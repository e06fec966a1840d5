import { Body, Controller, Delete, Get, HttpCode, Param, Post, Put, Req, Res } from '@nestjs/common';
import { ApiBearerAuth, ApiCookieAuth, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { z } from 'zod';
import { ForMembers, type MemberCaller } from '@definitivedx/auth';
import { Bus } from '@definitivedx/bus';
import {
  caseAudience,
  caseReaders,
  id,
  openForGovernance,
  previewShare,
  revokeShare,
  setInviteOnly,
  shareFurther,
  type ReplyOf,
} from '@definitivedx/contracts';
import { tagOf } from '../domain/version-tag.js';
import { Member } from './authentication.js';
import { Commands } from './commands.js';
import { AcceptsIdempotencyKey, Documented } from './documented.js';
import { onBody, onCase, onCommand } from './problems.js';

const newShare = shareFurther.request.omit({ commandId: true, caseId: true });
const furtherPreview = previewShare.request.omit({ caseId: true });
const marking = setInviteOnly.request.omit({ caseId: true });
const governance = openForGovernance.request.omit({ caseId: true });

const addressOf = (caseId: string): string => `/api/v1/cases/${caseId}`;

/** Who sees a case, and who changes that. */
@ApiTags('Audience')
@ApiBearerAuth()
@ApiCookieAuth()
@ForMembers()
@Controller('api/v1/cases')
export class AudienceController {
  constructor(
    private readonly bus: Bus,
    private readonly commands: Commands,
  ) {}

  @Get(':caseId/audience')
  @Documented({ summary: caseAudience.summary, reply: caseAudience.reply, problems: onCase })
  audience(
    @Member() caller: MemberCaller,
    @Param('caseId', { schema: id }) caseId: string,
  ): Promise<ReplyOf<typeof caseAudience>> {
    return this.bus.request(caseAudience, caller, { caseId });
  }

  @Post(':caseId/audience')
  @Documented({
    summary: shareFurther.summary,
    reply: shareFurther.reply,
    status: 201,
    versioned: true,
    problems: [...onCase, ...onCommand],
  })
  @AcceptsIdempotencyKey()
  share(
    @Member() caller: MemberCaller,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
    @Param('caseId', { schema: id }) caseId: string,
    @Body({ schema: newShare }) body: z.output<typeof newShare>,
  ): Promise<unknown> {
    return this.commands.carryOut({ request, reply, caller }, async (commandId) => {
      const shared = await this.bus.request(shareFurther, caller, { ...body, commandId, caseId });
      const headers = { location: `${addressOf(caseId)}/audience`, etag: tagOf(shared.version) };
      return { status: 201, headers, body: shared };
    });
  }

  @Delete(':caseId/audience/:grantId')
  @Documented({
    summary: revokeShare.summary,
    reply: revokeShare.reply,
    versioned: true,
    problems: [...onCase, ...onCommand],
  })
  @AcceptsIdempotencyKey()
  revoke(
    @Member() caller: MemberCaller,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
    @Param('caseId', { schema: id }) caseId: string,
    @Param('grantId', { schema: id }) grantId: string,
  ): Promise<unknown> {
    return this.commands.carryOut({ request, reply, caller }, async (commandId) => {
      const revoked = await this.bus.request(revokeShare, caller, { commandId, caseId, grantId });
      return { headers: { etag: tagOf(revoked.version) }, body: revoked };
    });
  }

  @Post('audience-preview')
  @HttpCode(200)
  @Documented({
    summary: 'How many people of how many organisations would see a case that is still to be asked.',
    reply: previewShare.reply,
    problems: ['invalid-input', 'not-found', 'consent-required', ...onBody],
  })
  previewNew(
    @Member() caller: MemberCaller,
    @Body({ schema: furtherPreview }) body: z.output<typeof furtherPreview>,
  ): Promise<ReplyOf<typeof previewShare>> {
    return this.bus.request(previewShare, caller, body);
  }

  @Post(':caseId/audience/preview')
  @HttpCode(200)
  @Documented({ summary: previewShare.summary, reply: previewShare.reply, problems: [...onCase, ...onBody] })
  preview(
    @Member() caller: MemberCaller,
    @Param('caseId', { schema: id }) caseId: string,
    @Body({ schema: furtherPreview }) body: z.output<typeof furtherPreview>,
  ): Promise<ReplyOf<typeof previewShare>> {
    return this.bus.request(previewShare, caller, { ...body, caseId });
  }

  @Get(':caseId/readers')
  @Documented({ summary: caseReaders.summary, reply: caseReaders.reply, problems: onCase })
  readers(
    @Member() caller: MemberCaller,
    @Param('caseId', { schema: id }) caseId: string,
  ): Promise<ReplyOf<typeof caseReaders>> {
    return this.bus.request(caseReaders, caller, { caseId });
  }

  @Put(':caseId/invite-only')
  @Documented({
    summary: setInviteOnly.summary,
    reply: setInviteOnly.reply,
    problems: [...onCase, 'conflict', ...onBody],
  })
  markInviteOnly(
    @Member() caller: MemberCaller,
    @Param('caseId', { schema: id }) caseId: string,
    @Body({ schema: marking }) body: z.output<typeof marking>,
  ): Promise<ReplyOf<typeof setInviteOnly>> {
    return this.bus.request(setInviteOnly, caller, { ...body, caseId });
  }

  @Post(':caseId/governance-access')
  @HttpCode(200)
  @Documented({
    summary: openForGovernance.summary,
    reply: openForGovernance.reply,
    problems: [...onCase, ...onBody],
  })
  openForGovernance(
    @Member() caller: MemberCaller,
    @Param('caseId', { schema: id }) caseId: string,
    @Body({ schema: governance }) body: z.output<typeof governance>,
  ): Promise<ReplyOf<typeof openForGovernance>> {
    return this.bus.request(openForGovernance, caller, { ...body, caseId });
  }
}
