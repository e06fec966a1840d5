import { Body, Controller, Delete, Get, HttpCode, Param, Post } from '@nestjs/common';
import { ApiBearerAuth, ApiCookieAuth, ApiTags } from '@nestjs/swagger';
import type { z } from 'zod';
import { For, ForMembers, type Caller, type MemberCaller } from '@definitivedx/auth';
import { Bus } from '@definitivedx/bus';
import {
  consentRecord,
  publishText,
  textByVersion,
  textVersions,
  withdrawConsent,
  type ReplyOf,
} from '@definitivedx/contracts';
import { Acting, Member } from './authentication.js';
import { Documented } from './documented.js';

const { kind, version } = textByVersion.request.shape;

/** The texts through time, and what a member has said to them. Reached before consent: it is about consent. */
@ApiTags('Member')
@ApiBearerAuth()
@ApiCookieAuth()
@Controller('api/v1')
export class ConsentController {
  constructor(private readonly bus: Bus) {}

  @Get('consent-texts/versions')
  @ForMembers({ beforeConsent: true })
  @Documented({ summary: textVersions.summary, reply: textVersions.reply })
  versions(@Member() caller: MemberCaller): Promise<ReplyOf<typeof textVersions>> {
    return this.bus.request(textVersions, caller, {});
  }

  @Get('consent-texts/:kind/versions/:version')
  @ForMembers({ beforeConsent: true })
  @Documented({
    summary: textByVersion.summary,
    reply: textByVersion.reply,
    problems: ['invalid-input', 'not-found'],
  })
  text(
    @Member() caller: MemberCaller,
    @Param('kind', { schema: kind }) textKind: z.output<typeof kind>,
    @Param('version', { schema: version }) textVersion: string,
  ): Promise<ReplyOf<typeof textByVersion>> {
    return this.bus.request(textByVersion, caller, { kind: textKind, version: textVersion });
  }

  @Get('consents')
  @ForMembers({ beforeConsent: true })
  @Documented({ summary: consentRecord.summary, reply: consentRecord.reply })
  record(@Member() caller: MemberCaller): Promise<ReplyOf<typeof consentRecord>> {
    return this.bus.request(consentRecord, caller, {});
  }

  @Delete('consents/:kind')
  @ForMembers({ beforeConsent: true })
  @Documented({
    summary: withdrawConsent.summary,
    reply: withdrawConsent.reply,
    problems: ['invalid-input'],
  })
  withdraw(
    @Member() caller: MemberCaller,
    @Param('kind', { schema: kind }) textKind: z.output<typeof kind>,
  ): Promise<ReplyOf<typeof withdrawConsent>> {
    return this.bus.request(withdrawConsent, caller, { kind: textKind });
  }

  /** Reached before consent too: without a text in force nobody can consent, the operator included. */
  @Post('platform/consent-texts')
  @HttpCode(200)
  @For(publishText.who)
  @Documented({
    summary: publishText.summary,
    reply: publishText.reply,
    problems: ['invalid-input', 'conflict', 'payload-too-large', 'unsupported-media-type'],
  })
  publish(
    @Acting() caller: Caller,
    @Body({ schema: publishText.request }) body: z.output<typeof publishText.request>,
  ): Promise<ReplyOf<typeof publishText>> {
    return this.bus.request(publishText, caller, body);
  }
}
