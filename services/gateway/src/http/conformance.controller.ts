import { Body, Controller, Get, Param, Post, Query, Req, Res } from '@nestjs/common';
import { ApiBearerAuth, ApiCookieAuth, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { For, type MemberCaller, type OrganisationCaller } from '@definitivedx/auth';
import { Bus } from '@definitivedx/bus';
import {
  beginConformanceRun,
  getConformanceRun,
  id,
  latestConformanceRuns,
  listConformanceRuns,
  type ReplyOf,
} from '@definitivedx/contracts';
import { Acting, Member } from './authentication.js';
import { Commands } from './commands.js';
import { AcceptsIdempotencyKey, Documented } from './documented.js';
import { onCommand } from './problems.js';

const filter = latestConformanceRuns.request;
/** Nothing can be declared: a body that says something is refused rather than ignored. */
const nothing = z.strictObject({}).nullish();
const runs = '/api/v1/organisation/conformance-runs';

/** Runs in which an organisation's own set-up shows that it works; nothing about a run can be declared. */
@ApiTags('Conformance')
@ApiBearerAuth()
@ApiCookieAuth()
@Controller('api/v1')
export class ConformanceController {
  constructor(
    private readonly bus: Bus,
    private readonly commands: Commands,
  ) {}

  @Post('organisation/conformance-runs')
  @For(beginConformanceRun.who)
  @Documented({
    summary: beginConformanceRun.summary,
    description:
      'The report says what to do for each check. What was done before the run began does not count for it.',
    reply: beginConformanceRun.reply,
    status: 201,
    problems: ['invalid-input', 'consent-required', ...onCommand],
  })
  @AcceptsIdempotencyKey()
  begin(
    @Acting() caller: OrganisationCaller,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
    @Body({ schema: nothing }) _body: z.output<typeof nothing>,
  ): Promise<unknown> {
    return this.commands.carryOut({ request, reply, caller }, async (commandId) => {
      const report = await this.bus.request(beginConformanceRun, caller, { commandId });
      return { status: 201, body: report, headers: { location: `${runs}/${report.runId}` } };
    });
  }

  @Get('organisation/conformance-runs')
  @For(listConformanceRuns.who)
  @Documented({
    summary: listConformanceRuns.summary,
    reply: listConformanceRuns.reply,
    problems: ['consent-required'],
  })
  list(@Acting() caller: OrganisationCaller): Promise<ReplyOf<typeof listConformanceRuns>> {
    return this.bus.request(listConformanceRuns, caller, {});
  }

  @Get('organisation/conformance-runs/:runId')
  @For(getConformanceRun.who)
  @Documented({
    summary: getConformanceRun.summary,
    reply: getConformanceRun.reply,
    problems: ['invalid-input', 'not-found', 'consent-required'],
  })
  report(
    @Acting() caller: OrganisationCaller,
    @Param('runId', { schema: id }) runId: string,
  ): Promise<ReplyOf<typeof getConformanceRun>> {
    return this.bus.request(getConformanceRun, caller, { runId });
  }

  @Get('conformance-runs')
  @For(latestConformanceRuns.who)
  @Documented({
    summary: latestConformanceRuns.summary,
    reply: latestConformanceRuns.reply,
    problems: ['invalid-input', 'consent-required'],
  })
  latest(
    @Member() caller: MemberCaller,
    @Query({ schema: filter }) query: z.output<typeof filter>,
  ): Promise<ReplyOf<typeof latestConformanceRuns>> {
    return this.bus.request(latestConformanceRuns, caller, query);
  }
}
