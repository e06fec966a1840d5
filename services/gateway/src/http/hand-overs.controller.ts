import { Controller, Get, Param, Post, Req, Res } from '@nestjs/common';
import { ApiBearerAuth, ApiCookieAuth, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { ForMembers, type MemberCaller } from '@definitivedx/auth';
import { Bus } from '@definitivedx/bus';
import { id, myHandOvers, takeOverShift, type ReplyOf } from '@definitivedx/contracts';
import { Member } from './authentication.js';
import { Commands } from './commands.js';
import { AcceptsIdempotencyKey, Documented } from './documented.js';
import { onCase, onCommand } from './problems.js';

/** What passes from one doctor on call to the next. Each case is accepted by itself, at its own address. */
@ApiTags('On call')
@ApiBearerAuth()
@ApiCookieAuth()
@ForMembers()
@Controller('api/v1')
export class HandOversController {
  constructor(
    private readonly bus: Bus,
    private readonly commands: Commands,
  ) {}

  @Get('hand-overs')
  @Documented({ summary: myHandOvers.summary, reply: myHandOvers.reply, problems: ['consent-required'] })
  mine(@Member() caller: MemberCaller): Promise<ReplyOf<typeof myHandOvers>> {
    return this.bus.request(myHandOvers, caller, {});
  }

  @Post('panels/:panelId/take-over')
  @Documented({
    summary: takeOverShift.summary,
    reply: takeOverShift.reply,
    problems: [...onCase, ...onCommand],
  })
  @AcceptsIdempotencyKey()
  takeOver(
    @Member() caller: MemberCaller,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
    @Param('panelId', { schema: id }) panelId: string,
  ): Promise<unknown> {
    return this.commands.carryOut({ request, reply, caller }, async (commandId) => ({
      body: await this.bus.request(takeOverShift, caller, { commandId, panelId }),
    }));
  }
}
