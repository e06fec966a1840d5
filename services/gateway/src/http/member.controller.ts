import { Body, Controller, Get, HttpCode, Post } from '@nestjs/common';
import { ApiBearerAuth, ApiCookieAuth, ApiTags } from '@nestjs/swagger';
import { z } from 'zod';
import { ForMembers, type MemberCaller } from '@definitivedx/auth';
import { Bus } from '@definitivedx/bus';
import {
  acceptText,
  anonymisationDuty,
  currentTexts,
  identifyMember,
  type ReplyOf,
} from '@definitivedx/contracts';
import type { KnownCaller } from '../sign-in/callers.js';
import { Known, Member } from './authentication.js';
import { Documented } from './documented.js';

const duty = z.strictObject({ version: z.string(), title: z.string(), body: z.string(), hash: z.string() });

/** The signed-in person themself, and the texts they agree to. */
@ApiTags('Member')
@ApiBearerAuth()
@ApiCookieAuth()
@Controller('api/v1')
export class MemberController {
  constructor(private readonly bus: Bus) {}

  @Get('me')
  @ForMembers({ beforeConsent: true })
  @Documented({
    summary: 'Who you are, which organisation you act as, and whether you have accepted the texts in force.',
    reply: identifyMember.reply,
  })
  me(@Known() { identity }: KnownCaller): ReplyOf<typeof identifyMember> {
    return identity;
  }

  @Get('consent-texts')
  @ForMembers({ beforeConsent: true })
  @Documented({ summary: currentTexts.summary, reply: currentTexts.reply })
  texts(@Member() caller: MemberCaller): Promise<ReplyOf<typeof currentTexts>> {
    return this.bus.request(currentTexts, caller, {});
  }

  @Post('consents')
  @HttpCode(200)
  @ForMembers({ beforeConsent: true })
  @Documented({
    summary: acceptText.summary,
    reply: acceptText.reply,
    problems: ['invalid-input', 'conflict', 'payload-too-large', 'unsupported-media-type'],
  })
  accept(
    @Member() caller: MemberCaller,
    @Body({ schema: acceptText.request }) body: z.output<typeof acceptText.request>,
  ): Promise<ReplyOf<typeof acceptText>> {
    return this.bus.request(acceptText, caller, body);
  }

  @Get('anonymisation-duty')
  @ForMembers()
  @Documented({
    summary: 'The duty to anonymise, to be shown and attested before a case is shared.',
    reply: duty,
    problems: ['consent-required'],
  })
  duty(): z.output<typeof duty> {
    return anonymisationDuty;
  }
}
