import { Body, Controller, Delete, Get, Param, Post, Put, Req, Res } from '@nestjs/common';
import { ApiBearerAuth, ApiCookieAuth, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { z } from 'zod';
import { For, ForMembers, type MemberCaller } from '@definitivedx/auth';
import { Bus } from '@definitivedx/bus';
import {
  caseFlags,
  clearFlag,
  flagCase,
  flagKind,
  getLocalContacts,
  id,
  setLocalContacts,
  type ReplyOf,
} from '@definitivedx/contracts';
import { tagOf } from '../domain/version-tag.js';
import { Member } from './authentication.js';
import { Commands } from './commands.js';
import { AcceptsIdempotencyKey, Documented } from './documented.js';
import { onCase, onCommand } from './problems.js';

const flagging = flagCase.request.omit({ commandId: true, caseId: true });
const contacts = setLocalContacts.request.omit({ commandId: true });

/** What keeps a case among people invited by name. */
@ApiTags('Safeguarding')
@ApiBearerAuth()
@ApiCookieAuth()
@ForMembers()
@Controller('api/v1/cases/:caseId/flags')
export class FlagsController {
  constructor(
    private readonly bus: Bus,
    private readonly commands: Commands,
  ) {}

  @Get()
  @Documented({ summary: caseFlags.summary, reply: caseFlags.reply, problems: onCase })
  flags(
    @Member() caller: MemberCaller,
    @Param('caseId', { schema: id }) caseId: string,
  ): Promise<ReplyOf<typeof caseFlags>> {
    return this.bus.request(caseFlags, caller, { caseId });
  }

  @Post()
  @Documented({
    summary: flagCase.summary,
    reply: flagCase.reply,
    status: 201,
    versioned: true,
    problems: [...onCase, ...onCommand],
  })
  @AcceptsIdempotencyKey()
  flag(
    @Member() caller: MemberCaller,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
    @Param('caseId', { schema: id }) caseId: string,
    @Body({ schema: flagging }) body: z.output<typeof flagging>,
  ): Promise<unknown> {
    return this.commands.carryOut({ request, reply, caller }, async (commandId) => {
      const flagged = await this.bus.request(flagCase, caller, { ...body, commandId, caseId });
      const headers = { location: `/api/v1/cases/${caseId}/flags`, etag: tagOf(flagged.version) };
      return { status: 201, headers, body: flagged };
    });
  }

  @Delete(':kind')
  @Documented({
    summary: clearFlag.summary,
    reply: clearFlag.reply,
    versioned: true,
    problems: [...onCase, ...onCommand],
  })
  @AcceptsIdempotencyKey()
  clear(
    @Member() caller: MemberCaller,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
    @Param('caseId', { schema: id }) caseId: string,
    @Param('kind', { schema: flagKind }) kind: z.output<typeof flagKind>,
  ): Promise<unknown> {
    return this.commands.carryOut({ request, reply, caller }, async (commandId) => {
      const cleared = await this.bus.request(clearFlag, caller, { commandId, caseId, kind });
      return { headers: { etag: tagOf(cleared.version) }, body: cleared };
    });
  }
}

/** Whom the members of an organisation turn to when an anonymous discussion is not enough. */
@ApiTags('Organisation')
@ApiBearerAuth()
@ApiCookieAuth()
@For(getLocalContacts.who)
@Controller('api/v1/organisation/local-contacts')
export class LocalContactsController {
  constructor(
    private readonly bus: Bus,
    private readonly commands: Commands,
  ) {}

  @Get()
  @Documented({
    summary: getLocalContacts.summary,
    reply: getLocalContacts.reply,
    problems: ['consent-required'],
  })
  get(@Member() caller: MemberCaller): Promise<ReplyOf<typeof getLocalContacts>> {
    return this.bus.request(getLocalContacts, caller, {});
  }

  @Put()
  @Documented({
    summary: setLocalContacts.summary,
    reply: setLocalContacts.reply,
    problems: ['invalid-input', 'consent-required', ...onCommand],
  })
  @AcceptsIdempotencyKey()
  set(
    @Member() caller: MemberCaller,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
    @Body({ schema: contacts }) body: z.output<typeof contacts>,
  ): Promise<unknown> {
    return this.commands.carryOut({ request, reply, caller }, async (commandId) => ({
      body: await this.bus.request(setLocalContacts, caller, { ...body, commandId }),
    }));
  }
}
