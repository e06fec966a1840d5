import { Body, Controller, Get, HttpCode, Param, Post } from '@nestjs/common';
import { ApiBearerAuth, ApiCookieAuth, ApiTags } from '@nestjs/swagger';
import type { z } from 'zod';
import { ForMembers, type MemberCaller } from '@definitivedx/auth';
import { Bus } from '@definitivedx/bus';
import { findMembers, id, listPanels, whoIsOnCall, type ReplyOf } from '@definitivedx/contracts';
import { notFound } from '@definitivedx/errors';
import { Member } from './authentication.js';
import { Documented } from './documented.js';

const onCallNow = whoIsOnCall.reply.shape.onCall.element;

/** Whom a case can be shared with. */
@ApiTags('Directory')
@ApiBearerAuth()
@ApiCookieAuth()
@ForMembers()
@Controller('api/v1')
export class DirectoryController {
  constructor(private readonly bus: Bus) {}

  @Get('panels')
  @Documented({ summary: listPanels.summary, reply: listPanels.reply, problems: ['consent-required'] })
  panels(@Member() caller: MemberCaller): Promise<ReplyOf<typeof listPanels>> {
    return this.bus.request(listPanels, caller, {});
  }

  @Get('panels/:panelId/on-call')
  @Documented({
    summary: 'Who is on call for a panel now, and until when; nobody in a gap of the rota.',
    reply: onCallNow,
    problems: ['invalid-input', 'consent-required', 'not-found'],
  })
  async onCall(
    @Member() caller: MemberCaller,
    @Param('panelId', { schema: id }) panelId: string,
  ): Promise<z.output<typeof onCallNow>> {
    const { onCall } = await this.bus.request(whoIsOnCall, caller, { panelIds: [panelId] });
    if (!onCall[0]) throw notFound('panel');
    return onCall[0];
  }

  /** A POST, because a name in an address would end up in every log on the way. */
  @Post('members/search')
  @HttpCode(200)
  @Documented({
    summary: findMembers.summary,
    reply: findMembers.reply,
    problems: ['invalid-input', 'consent-required', 'payload-too-large', 'unsupported-media-type'],
  })
  search(
    @Member() caller: MemberCaller,
    @Body({ schema: findMembers.request }) body: z.output<typeof findMembers.request>,
  ): Promise<ReplyOf<typeof findMembers>> {
    return this.bus.request(findMembers, caller, body);
  }
}
