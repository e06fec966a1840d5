import { Body, Controller, Get, Headers, HttpCode, Param, Post, Put, Query, Req, Res } from '@nestjs/common';
import { ApiBearerAuth, ApiCookieAuth, ApiHeader, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { ForMembers, type MemberCaller } from '@definitivedx/auth';
import { Bus } from '@definitivedx/bus';
import {
  caseForm,
  expectAnswer,
  getTemplate,
  id,
  publishTemplate,
  type ReplyOf,
} from '@definitivedx/contracts';
import { tagOf, versionOf } from '../domain/version-tag.js';
import { Member } from './authentication.js';
import { Commands } from './commands.js';
import { AcceptsIdempotencyKey, Documented } from './documented.js';
import { onBody, onCommand } from './problems.js';

const publishing = publishTemplate.request.omit({ commandId: true, panelId: true, expectedVersion: true });
const versionQuery = z.strictObject({ version: z.coerce.number().int().min(1).max(1_000_000).optional() });
const onPanel = ['invalid-input', 'not-found', 'consent-required'] as const;

/** What is to be known before a case is written, and what panels ask. */
@ApiTags('Asking')
@ApiBearerAuth()
@ApiCookieAuth()
@ForMembers()
@Controller('api/v1')
export class AskingController {
  constructor(
    private readonly bus: Bus,
    private readonly commands: Commands,
  ) {}

  @Get('panels/:panelId/case-form')
  @Documented({ summary: caseForm.summary, reply: caseForm.reply, problems: onPanel })
  form(
    @Member() caller: MemberCaller,
    @Param('panelId', { schema: id }) panelId: string,
  ): Promise<ReplyOf<typeof caseForm>> {
    return this.bus.request(caseForm, caller, { panelId });
  }

  @Get('case-form')
  @Documented({
    summary: 'The same for a case that is shared with people alone.',
    reply: caseForm.reply,
    problems: ['consent-required'],
  })
  formForPeople(@Member() caller: MemberCaller): Promise<ReplyOf<typeof caseForm>> {
    return this.bus.request(caseForm, caller, {});
  }

  /** A POST, because who is asked would end up in every log on the way if it were in an address. */
  @Post('cases/expectation')
  @HttpCode(200)
  @Documented({
    summary: expectAnswer.summary,
    reply: expectAnswer.reply,
    problems: ['invalid-input', 'consent-required', ...onBody],
  })
  expectation(
    @Member() caller: MemberCaller,
    @Body({ schema: expectAnswer.request }) body: z.output<typeof expectAnswer.request>,
  ): Promise<ReplyOf<typeof expectAnswer>> {
    return this.bus.request(expectAnswer, caller, body);
  }

  @Get('panels/:panelId/template')
  @Documented({ summary: getTemplate.summary, reply: getTemplate.reply, versioned: true, problems: onPanel })
  async template(
    @Member() caller: MemberCaller,
    @Res({ passthrough: true }) reply: FastifyReply,
    @Param('panelId', { schema: id }) panelId: string,
    @Query({ schema: versionQuery }) query: z.output<typeof versionQuery>,
  ): Promise<ReplyOf<typeof getTemplate>> {
    const template = await this.bus.request(getTemplate, caller, { ...query, panelId });
    void reply.header('etag', tagOf(template.version));
    return template;
  }

  @Put('panels/:panelId/template')
  @Documented({
    summary: publishTemplate.summary,
    reply: publishTemplate.reply,
    versioned: true,
    problems: [...onPanel, 'version-mismatch', ...onCommand],
  })
  @AcceptsIdempotencyKey()
  @ApiHeader({
    name: 'If-Match',
    required: false,
    description: 'The ETag of the template as you saw it; refused with 412 when another was published since.',
  })
  publish(
    @Member() caller: MemberCaller,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
    @Param('panelId', { schema: id }) panelId: string,
    @Headers('if-match') ifMatch: string | undefined,
    @Body({ schema: publishing }) body: z.output<typeof publishing>,
  ): Promise<unknown> {
    const expectedVersion = versionOf(ifMatch);
    return this.commands.carryOut({ request, reply, caller }, async (commandId) => {
      const input = {
        ...body,
        commandId,
        panelId,
        ...(expectedVersion === undefined ? {} : { expectedVersion }),
      };
      const template = await this.bus.request(publishTemplate, caller, input);
      return { headers: { etag: tagOf(template.version) }, body: template };
    });
  }
}
