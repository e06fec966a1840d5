import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { Controller, Get, Headers, Query, Req, Res } from '@nestjs/common';
import { ApiBearerAuth, ApiCookieAuth, ApiHeader, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { For, Open, type OrganisationCaller } from '@definitivedx/auth';
import { ServiceContext } from '@definitivedx/bus';
import { openDepartedExport, openExport, type ReplyOf } from '@definitivedx/contracts';
import { notFound } from '@definitivedx/errors';
import { createLog } from '@definitivedx/telemetry';
import { exportLines } from '../commands/export-lines.js';
import { Acting } from './authentication.js';
import { Documented } from './documented.js';

const log = createLog('export');

const asked = z.strictObject({
  cases: z
    .enum(['true', 'false'])
    .default('false')
    .describe('With the content of cases, which two people have to have agreed on.'),
});
const documented = {
  description:
    'One JSON object a line, as docs/export-format.md describes them. It is complete when the last line is of type `end`.',
  reply: z.string(),
  mediaType: 'application/x-ndjson',
} as const;

/** Everything of an organisation that leaves, in a documented format. */
@ApiTags('Leaving')
@Controller('api/v1')
export class ExportController {
  constructor(private readonly service: ServiceContext) {}

  @Get('organisation/export')
  @For(openExport.who)
  @ApiBearerAuth()
  @ApiCookieAuth()
  @Documented({
    ...documented,
    summary: 'The export of an organisation that leaves, for its administrators and programs.',
    problems: ['invalid-input', 'conflict', 'consent-required'],
  })
  async own(
    @Acting() caller: OrganisationCaller,
    @Res() reply: FastifyReply,
    @Query({ schema: asked }) { cases }: z.output<typeof asked>,
  ): Promise<void> {
    // Before the reply begins, so that a refusal is told as a problem document.
    this.send(reply, await this.service.bus.request(openExport, caller, { cases: cases === 'true' }));
  }

  @Get('departed-organisations/export')
  @Open()
  @ApiHeader({
    name: 'Export-Token',
    description: 'What you got when you said that you leave.',
    required: true,
  })
  @Documented({
    ...documented,
    summary: 'The same for 90 days after an organisation was closed, for whoever has its export token.',
    problems: ['invalid-input', 'not-found'],
  })
  async departed(
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
    @Headers('export-token') token: string | undefined,
    @Query({ schema: asked }) { cases }: z.output<typeof asked>,
  ): Promise<void> {
    if (!token) throw notFound('export');
    const { bus } = this.service;
    const opened = await bus.request(openDepartedExport, await bus.self(), {
      tokenHash: createHash('sha256').update(token).digest('hex'),
      cases: cases === 'true',
      from: request.ip,
    });
    this.send(reply, opened);
  }

  private send(reply: FastifyReply, opened: ReplyOf<typeof openExport>): void {
    const { bus, clock } = this.service;
    const lines = Readable.from(exportLines(bus, opened, clock.now()), {
      objectMode: false,
      highWaterMark: 1,
    });
    // What is broken off has no `end`: nobody takes it for the whole.
    lines.once('error', (error) => {
      log.warn('export-broken-off', { exportId: opened.exportId, error });
      reply.raw.destroy();
    });
    void reply
      .header('content-type', 'application/x-ndjson')
      .header('content-disposition', `attachment; filename="definitivedx-${opened.exportId}.ndjson"`)
      .header('cache-control', 'no-store')
      .send(lines);
  }
}
