import { Body, Controller, Delete, Get, HttpCode, Param, Post, Query } from '@nestjs/common';
import { ApiBearerAuth, ApiCookieAuth, ApiTags } from '@nestjs/swagger';
import type { z } from 'zod';
import { For, type MemberCaller } from '@definitivedx/auth';
import { Bus } from '@definitivedx/bus';
import {
  approveCaseExport,
  askForCaseExport,
  closeOrganisation,
  confirmLeaving,
  getLeaving,
  id,
  leave,
  listLeavings,
  stay,
  type ReplyOf,
} from '@definitivedx/contracts';
import { Member } from './authentication.js';
import { Documented } from './documented.js';
import { onBody } from './problems.js';

const filter = listLeavings.request;
const onLeaving = ['invalid-input', 'not-found', 'conflict', 'consent-required', ...onBody] as const;

/** How an organisation goes. Nothing here takes an Idempotency-Key: repeating does no harm, and one reply holds a secret. */
@ApiTags('Leaving')
@ApiBearerAuth()
@ApiCookieAuth()
@Controller('api/v1')
export class LeavingController {
  constructor(private readonly bus: Bus) {}

  @Post('organisation/leaving')
  @HttpCode(200)
  @For(leave.who)
  @Documented({ summary: leave.summary, reply: leave.reply, problems: onLeaving })
  leave(
    @Member() caller: MemberCaller,
    @Body({ schema: leave.request }) body: z.output<typeof leave.request>,
  ): Promise<ReplyOf<typeof leave>> {
    return this.bus.request(leave, caller, body);
  }

  @Get('organisation/leaving')
  @For(getLeaving.who)
  @Documented({
    summary: getLeaving.summary,
    reply: getLeaving.reply,
    problems: ['not-found', 'consent-required'],
  })
  get(@Member() caller: MemberCaller): Promise<ReplyOf<typeof getLeaving>> {
    return this.bus.request(getLeaving, caller, {});
  }

  @Delete('organisation/leaving')
  @For(stay.who)
  @Documented({ summary: stay.summary, reply: stay.reply, problems: ['not-found', 'consent-required'] })
  stay(@Member() caller: MemberCaller): Promise<ReplyOf<typeof stay>> {
    return this.bus.request(stay, caller, {});
  }

  @Post('organisation/leaving/case-export')
  @HttpCode(200)
  @For(askForCaseExport.who)
  @Documented({ summary: askForCaseExport.summary, reply: askForCaseExport.reply, problems: onLeaving })
  askForCases(@Member() caller: MemberCaller): Promise<ReplyOf<typeof askForCaseExport>> {
    return this.bus.request(askForCaseExport, caller, {});
  }

  @Post('organisation/leaving/case-export/approval')
  @HttpCode(200)
  @For(approveCaseExport.who)
  @Documented({ summary: approveCaseExport.summary, reply: approveCaseExport.reply, problems: onLeaving })
  approveCases(@Member() caller: MemberCaller): Promise<ReplyOf<typeof approveCaseExport>> {
    return this.bus.request(approveCaseExport, caller, {});
  }

  @Get('leavings')
  @For(listLeavings.who)
  @Documented({
    summary: listLeavings.summary,
    reply: listLeavings.reply,
    problems: ['invalid-input', 'consent-required'],
  })
  list(
    @Member() caller: MemberCaller,
    @Query({ schema: filter }) query: z.output<typeof filter>,
  ): Promise<ReplyOf<typeof listLeavings>> {
    return this.bus.request(listLeavings, caller, query);
  }

  @Post('organisations/:organisationId/leaving-confirmation')
  @HttpCode(200)
  @For(confirmLeaving.who)
  @Documented({ summary: confirmLeaving.summary, reply: confirmLeaving.reply, problems: onLeaving })
  confirm(
    @Member() caller: MemberCaller,
    @Param('organisationId', { schema: id }) organisationId: string,
  ): Promise<ReplyOf<typeof confirmLeaving>> {
    return this.bus.request(confirmLeaving, caller, { organisationId });
  }

  @Post('organisations/:organisationId/closure')
  @HttpCode(200)
  @For(closeOrganisation.who)
  @Documented({ summary: closeOrganisation.summary, reply: closeOrganisation.reply, problems: onLeaving })
  close(
    @Member() caller: MemberCaller,
    @Param('organisationId', { schema: id }) organisationId: string,
  ): Promise<ReplyOf<typeof closeOrganisation>> {
    return this.bus.request(closeOrganisation, caller, { organisationId });
  }
}
