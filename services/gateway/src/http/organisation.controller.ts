import { Body, Controller, Get, Param, Patch, Put } from '@nestjs/common';
import { ApiBearerAuth, ApiCookieAuth, ApiTags } from '@nestjs/swagger';
import type { z } from 'zod';
import { For, type MemberCaller } from '@definitivedx/auth';
import { Bus } from '@definitivedx/bus';
import {
  assignDuty,
  changeSettings,
  duty,
  organisationSettings,
  type ReplyOf,
} from '@definitivedx/contracts';
import { Member } from './authentication.js';
import { Documented } from './documented.js';
import { onBody } from './problems.js';

const duties = assignDuty.request.omit({ duty: true });

/** What the administrator of an organisation decides for it. */
@ApiTags('Organisation')
@ApiBearerAuth()
@ApiCookieAuth()
@For(organisationSettings.who)
@Controller('api/v1/organisation')
export class OrganisationController {
  constructor(private readonly bus: Bus) {}

  @Get()
  @Documented({
    summary: organisationSettings.summary,
    reply: organisationSettings.reply,
    problems: ['not-found', 'consent-required'],
  })
  settings(@Member() caller: MemberCaller): Promise<ReplyOf<typeof organisationSettings>> {
    return this.bus.request(organisationSettings, caller, {});
  }

  @Patch()
  @Documented({
    summary: changeSettings.summary,
    reply: changeSettings.reply,
    problems: ['invalid-input', 'not-found', 'consent-required', ...onBody],
  })
  change(
    @Member() caller: MemberCaller,
    @Body({ schema: changeSettings.request }) body: z.output<typeof changeSettings.request>,
  ): Promise<ReplyOf<typeof changeSettings>> {
    return this.bus.request(changeSettings, caller, body);
  }

  @Put('duties/:duty')
  @Documented({
    summary: assignDuty.summary,
    reply: assignDuty.reply,
    problems: ['invalid-input', 'consent-required', ...onBody],
  })
  assign(
    @Member() caller: MemberCaller,
    @Param('duty', { schema: duty }) which: z.output<typeof duty>,
    @Body({ schema: duties }) body: z.output<typeof duties>,
  ): Promise<ReplyOf<typeof assignDuty>> {
    return this.bus.request(assignDuty, caller, { ...body, duty: which });
  }
}
