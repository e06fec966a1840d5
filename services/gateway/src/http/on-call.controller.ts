import { Body, Controller, Get, HttpCode, Param, Post, Put } from '@nestjs/common';
import { ApiBearerAuth, ApiCookieAuth, ApiTags } from '@nestjs/swagger';
import type { z } from 'zod';
import { For, ForMembers, type MemberCaller, type OrganisationCaller } from '@definitivedx/auth';
import { Bus } from '@definitivedx/bus';
import {
  acknowledgeTestPage,
  id,
  sendTestPage,
  setRota,
  testPages,
  type ReplyOf,
} from '@definitivedx/contracts';
import { Acting, Member } from './authentication.js';
import { Documented } from './documented.js';
import { onBody } from './problems.js';

const rota = setRota.request.omit({ panelId: true });

/** Who is on call, as the administrator of an organisation sets it and tries it out. */
@ApiTags('On call')
@ApiBearerAuth()
@ApiCookieAuth()
@Controller('api/v1')
export class OnCallController {
  constructor(private readonly bus: Bus) {}

  @Put('organisation/panels/:panelId/rota')
  @For({ members: ['organisation-admin'] })
  @Documented({
    summary: setRota.summary,
    reply: setRota.reply,
    problems: ['invalid-input', 'not-found', 'consent-required', ...onBody],
  })
  setRota(
    @Member() caller: MemberCaller,
    @Param('panelId', { schema: id }) panelId: string,
    @Body({ schema: rota }) body: z.output<typeof rota>,
  ): Promise<ReplyOf<typeof setRota>> {
    return this.bus.request(setRota, caller, { ...body, panelId });
  }

  @Post('organisation/panels/:panelId/test-pages')
  @HttpCode(200)
  @For(sendTestPage.who)
  @Documented({
    summary: sendTestPage.summary,
    reply: sendTestPage.reply,
    problems: ['invalid-input', 'not-found', 'conflict', 'consent-required', ...onBody],
  })
  sendTestPage(
    @Acting() caller: OrganisationCaller,
    @Param('panelId', { schema: id }) panelId: string,
  ): Promise<ReplyOf<typeof sendTestPage>> {
    return this.bus.request(sendTestPage, caller, { panelId });
  }

  @Get('organisation/test-pages')
  @For(testPages.who)
  @Documented({ summary: testPages.summary, reply: testPages.reply, problems: ['consent-required'] })
  testPages(@Acting() caller: OrganisationCaller): Promise<ReplyOf<typeof testPages>> {
    return this.bus.request(testPages, caller, {});
  }

  @Post('test-pages/:pageId/acknowledgement')
  @HttpCode(200)
  @ForMembers()
  @Documented({
    summary: acknowledgeTestPage.summary,
    reply: acknowledgeTestPage.reply,
    problems: ['invalid-input', 'not-found', 'consent-required', ...onBody],
  })
  acknowledge(
    @Member() caller: MemberCaller,
    @Param('pageId', { schema: id }) pageId: string,
  ): Promise<ReplyOf<typeof acknowledgeTestPage>> {
    return this.bus.request(acknowledgeTestPage, caller, { pageId });
  }
}
