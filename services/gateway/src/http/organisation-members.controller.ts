import {
  Body,
  Controller,
  Delete,
  Get,
  Headers,
  HttpCode,
  Param,
  Patch,
  Post,
  Query,
  Req,
  Res,
} from '@nestjs/common';
import { ApiBearerAuth, ApiCookieAuth, ApiHeader, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { For, type MemberCaller, type OrganisationCaller } from '@definitivedx/auth';
import { Bus, ServiceContext } from '@definitivedx/bus';
import {
  addMember,
  changeMember,
  endPlace,
  eraseLeaver,
  getMember,
  id,
  listMembers,
  membersDoor,
  reopenPlace,
  type ErasureRecord,
  type ReplyOf,
} from '@definitivedx/contracts';
import { eraseHere } from '../commands/erase-here.js';
import { tagOf, versionOf } from '../domain/version-tag.js';
import { Acting, Member } from './authentication.js';
import { Commands } from './commands.js';
import { AcceptsIdempotencyKey, Documented } from './documented.js';
import { onCommand } from './problems.js';

const adding = addMember.request.omit({ commandId: true });
const changing = changeMember.request.omit({ memberId: true, expectedVersion: true });
const listing = listMembers.request.extend({ limit: z.coerce.number().int().min(1).max(100).default(50) });
const ending = endPlace.request.pick({ replaceLeadBy: true });
const onMember = ['invalid-input', 'not-found', 'consent-required'] as const;
const memberId = { schema: id };

/** How an administrator, or a program of theirs, brings and removes the members of the organisation they act for. */
@ApiTags('Organisation')
@ApiBearerAuth()
@ApiCookieAuth()
@For(membersDoor)
@Controller('api/v1/organisation/members')
export class OrganisationMembersController {
  constructor(
    private readonly bus: Bus,
    private readonly commands: Commands,
    private readonly service: ServiceContext,
  ) {}

  @Get()
  @Documented({
    summary: listMembers.summary,
    reply: listMembers.reply,
    problems: ['invalid-input', 'consent-required'],
  })
  list(
    @Acting() caller: OrganisationCaller,
    @Query({ schema: listing }) query: z.output<typeof listing>,
  ): Promise<ReplyOf<typeof listMembers>> {
    return this.bus.request(listMembers, caller, query);
  }

  @Post()
  @Documented({
    summary: addMember.summary,
    reply: addMember.reply,
    status: 201,
    problems: ['invalid-input', 'consent-required', ...onCommand],
  })
  @AcceptsIdempotencyKey()
  add(
    @Acting() caller: OrganisationCaller,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
    @Body({ schema: adding }) body: z.output<typeof adding>,
  ): Promise<unknown> {
    return this.commands.carryOut({ request, reply, caller }, async (commandId) => {
      const member = await this.bus.request(addMember, caller, { ...body, commandId });
      const location = `/api/v1/organisation/members/${member.memberId}`;
      return { status: 201, headers: { location, etag: tagOf(member.version) }, body: member };
    });
  }

  @Get(':memberId')
  @Documented({ summary: getMember.summary, reply: getMember.reply, problems: onMember })
  async get(
    @Acting() caller: OrganisationCaller,
    @Res({ passthrough: true }) reply: FastifyReply,
    @Param('memberId', memberId) asked: string,
  ): Promise<ReplyOf<typeof getMember>> {
    const member = await this.bus.request(getMember, caller, { memberId: asked });
    void reply.header('etag', tagOf(member.version));
    return member;
  }

  @Patch(':memberId')
  @Documented({
    summary: changeMember.summary,
    reply: changeMember.reply,
    problems: [...onMember, 'conflict', 'version-mismatch', 'payload-too-large', 'unsupported-media-type'],
  })
  @ApiHeader({
    name: 'If-Match',
    required: false,
    description: 'The ETag you were given: refused when it has changed.',
  })
  async change(
    @Acting() caller: OrganisationCaller,
    @Res({ passthrough: true }) reply: FastifyReply,
    @Param('memberId', memberId) asked: string,
    @Headers('if-match') ifMatch: string | undefined,
    @Body({ schema: changing }) body: z.output<typeof changing>,
  ): Promise<ReplyOf<typeof changeMember>> {
    const input = { ...body, memberId: asked, expectedVersion: versionOf(ifMatch) };
    const member = await this.bus.request(changeMember, caller, input);
    void reply.header('etag', tagOf(member.version));
    return member;
  }

  @Delete(':memberId')
  @Documented({
    summary: endPlace.summary,
    description: 'Refused for who leads a panel, unless `replaceLeadBy` names who leads from now on.',
    reply: endPlace.reply,
    problems: [...onMember, 'conflict'],
  })
  end(
    @Acting() caller: OrganisationCaller,
    @Param('memberId', memberId) asked: string,
    @Query({ schema: ending }) { replaceLeadBy }: z.output<typeof ending>,
  ): Promise<ReplyOf<typeof endPlace>> {
    return this.bus.request(endPlace, caller, { memberId: asked, emergency: false, replaceLeadBy });
  }

  /** The emergency: takes nothing but the address, so that nothing can be wrong with it. */
  @Post(':memberId/deactivate')
  @HttpCode(200)
  @Documented({
    summary: "Ends a member's place at once, in an emergency: they are out everywhere within two seconds.",
    description:
      'Each panel they lead gets another lead from among its members, or is closed when nobody is left. Repeating it changes nothing.',
    reply: endPlace.reply,
    problems: [...onMember, 'conflict'],
  })
  deactivate(
    @Acting() caller: OrganisationCaller,
    @Param('memberId', memberId) asked: string,
  ): Promise<ReplyOf<typeof endPlace>> {
    return this.bus.request(endPlace, caller, { memberId: asked, emergency: true });
  }

  @Post(':memberId/reopen')
  @HttpCode(200)
  @Documented({ summary: reopenPlace.summary, reply: reopenPlace.reply, problems: [...onMember, 'conflict'] })
  reopen(
    @Acting() caller: OrganisationCaller,
    @Param('memberId', memberId) asked: string,
  ): Promise<ReplyOf<typeof reopenPlace>> {
    return this.bus.request(reopenPlace, caller, { memberId: asked });
  }

  @Post(':memberId/erasure')
  @HttpCode(200)
  @For(eraseLeaver.who)
  @Documented({
    summary: eraseLeaver.summary,
    description: 'Whoever has, or had, a place elsewhere is erased by an operator.',
    reply: eraseLeaver.reply,
    problems: [...onMember, 'conflict'],
  })
  async erase(
    @Member() caller: MemberCaller,
    @Param('memberId', memberId) asked: string,
  ): Promise<ErasureRecord> {
    const record = await this.bus.request(eraseLeaver, caller, { memberId: asked });
    await eraseHere(this.service, asked);
    return record;
  }
}
