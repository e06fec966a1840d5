import { Body, Controller, Param, Post, Req, Res } from '@nestjs/common';
import { ApiBearerAuth, ApiCookieAuth, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { ForMembers, type MemberCaller } from '@definitivedx/auth';
import { Bus } from '@definitivedx/bus';
import { acceptHandOver, closeCase, copyToRecord, id } from '@definitivedx/contracts';
import { tagOf } from '../domain/version-tag.js';
import { Member } from './authentication.js';
import { Commands } from './commands.js';
import { AcceptsIdempotencyKey, Documented } from './documented.js';
import { onCase, onCommand } from './problems.js';

const closing = closeCase.request.omit({ commandId: true, caseId: true });

/** What happens to a case between its advice and its end. */
@ApiTags('Cases')
@ApiBearerAuth()
@ApiCookieAuth()
@ForMembers()
@Controller('api/v1/cases/:caseId')
export class CaseCourseController {
  constructor(
    private readonly bus: Bus,
    private readonly commands: Commands,
  ) {}

  @Post('hand-over-acceptance')
  @Documented({
    summary: acceptHandOver.summary,
    reply: acceptHandOver.reply,
    status: 200,
    versioned: true,
    problems: [...onCase, ...onCommand],
  })
  @AcceptsIdempotencyKey()
  acceptHandOver(
    @Member() caller: MemberCaller,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
    @Param('caseId', { schema: id }) caseId: string,
  ): Promise<unknown> {
    return this.commands.carryOut({ request, reply, caller }, async (commandId) => {
      const accepted = await this.bus.request(acceptHandOver, caller, { commandId, caseId });
      return { headers: { etag: tagOf(accepted.version) }, body: accepted };
    });
  }

  @Post('record-copy')
  @Documented({
    summary: copyToRecord.summary,
    reply: copyToRecord.reply,
    problems: [...onCase, ...onCommand],
  })
  @AcceptsIdempotencyKey()
  copyToRecord(
    @Member() caller: MemberCaller,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
    @Param('caseId', { schema: id }) caseId: string,
  ): Promise<unknown> {
    return this.commands.carryOut({ request, reply, caller }, async (commandId) => ({
      body: await this.bus.request(copyToRecord, caller, { commandId, caseId }),
    }));
  }

  @Post('close')
  @Documented({
    summary: closeCase.summary,
    reply: closeCase.reply,
    versioned: true,
    problems: [...onCase, ...onCommand],
  })
  @AcceptsIdempotencyKey()
  close(
    @Member() caller: MemberCaller,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
    @Param('caseId', { schema: id }) caseId: string,
    @Body({ schema: closing }) body: z.output<typeof closing>,
  ): Promise<unknown> {
    return this.commands.carryOut({ request, reply, caller }, async (commandId) => {
      const closed = await this.bus.request(closeCase, caller, { ...body, commandId, caseId });
      return { headers: { etag: tagOf(closed.version) }, body: closed };
    });
  }
}
