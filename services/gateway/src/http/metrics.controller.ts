import { Body, Controller, Get, HttpCode, Post, Query } from '@nestjs/common';
import { ApiBearerAuth, ApiBody, ApiConsumes, ApiCookieAuth, ApiTags } from '@nestjs/swagger';
import { z } from 'zod';
import { ForMembers, type MemberCaller } from '@definitivedx/auth';
import { Bus } from '@definitivedx/bus';
import { importBaseline, outcomeReport, type ReplyOf } from '@definitivedx/contracts';
import { Member } from './authentication.js';
import { Documented } from './documented.js';

const reportQuery = outcomeReport.request;
const baselineQuery = importBaseline.request.pick({ name: true });
const baselineFile = z
  .string({ error: 'Send the lines as text/csv.' })
  .pipe(importBaseline.request.shape.csv);

/** What the programme achieves, beside what it replaces. */
@ApiTags('Outcomes')
@ApiBearerAuth()
@ApiCookieAuth()
@ForMembers()
@Controller('api/v1/metrics')
export class MetricsController {
  constructor(private readonly bus: Bus) {}

  @Get('report')
  @Documented({
    summary: outcomeReport.summary,
    reply: outcomeReport.reply,
    problems: ['invalid-input', 'consent-required'],
  })
  report(
    @Member() caller: MemberCaller,
    @Query({ schema: reportQuery }) query: z.output<typeof reportQuery>,
  ): Promise<ReplyOf<typeof outcomeReport>> {
    return this.bus.request(outcomeReport, caller, query);
  }

  /** Needs no Idempotency-Key: the baseline of the same name is replaced as a whole. */
  @Post('baselines')
  @HttpCode(200)
  @ApiConsumes('text/csv')
  @ApiBody({ schema: { type: 'string', description: baselineFile.out.description ?? '' } })
  @Documented({
    summary: importBaseline.summary,
    reply: importBaseline.reply,
    problems: ['invalid-input', 'consent-required', 'payload-too-large', 'unsupported-media-type'],
  })
  importBaseline(
    @Member() caller: MemberCaller,
    @Query({ schema: baselineQuery }) { name }: z.output<typeof baselineQuery>,
    @Body({ schema: baselineFile }) csv: string,
  ): Promise<ReplyOf<typeof importBaseline>> {
    return this.bus.request(importBaseline, caller, { name, csv });
  }
}
