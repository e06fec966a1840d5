import { Body, Controller, Delete, Get, Headers, Param, Post, Put, Req, Res } from '@nestjs/common';
import { ApiBearerAuth, ApiCookieAuth, ApiHeader, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { ForMembers, type MemberCaller } from '@definitivedx/auth';
import { Bus } from '@definitivedx/bus';
import {
  changeFilter,
  countCases,
  deleteFilter,
  followCase,
  id,
  listFilters,
  saveFilter,
  unfollowCase,
  type ReplyOf,
} from '@definitivedx/contracts';
import { tagOf, versionOf } from '../domain/version-tag.js';
import { Member } from './authentication.js';
import { Commands } from './commands.js';
import { AcceptsIdempotencyKey, Documented } from './documented.js';
import { onCase, onCommand } from './problems.js';

const filterContent = saveFilter.request.omit({ commandId: true });

/** How a member finds cases again: what they follow, how many wait, and filters they have saved. */
@ApiTags('Cases')
@ApiBearerAuth()
@ApiCookieAuth()
@ForMembers()
@Controller('api/v1')
export class FindingController {
  constructor(
    private readonly bus: Bus,
    private readonly commands: Commands,
  ) {}

  @Get('cases/counts')
  @Documented({ summary: countCases.summary, reply: countCases.reply, problems: ['consent-required'] })
  count(@Member() caller: MemberCaller): Promise<ReplyOf<typeof countCases>> {
    return this.bus.request(countCases, caller, {});
  }

  @Put('cases/:caseId/follow')
  @Documented({ summary: followCase.summary, reply: followCase.reply, problems: [...onCase, ...onCommand] })
  @AcceptsIdempotencyKey()
  follow(
    @Member() caller: MemberCaller,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
    @Param('caseId', { schema: id }) caseId: string,
  ): Promise<unknown> {
    return this.commands.carryOut({ request, reply, caller }, async (commandId) => ({
      body: await this.bus.request(followCase, caller, { commandId, caseId }),
    }));
  }

  @Delete('cases/:caseId/follow')
  @Documented({
    summary: unfollowCase.summary,
    reply: unfollowCase.reply,
    problems: [...onCase, ...onCommand],
  })
  @AcceptsIdempotencyKey()
  unfollow(
    @Member() caller: MemberCaller,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
    @Param('caseId', { schema: id }) caseId: string,
  ): Promise<unknown> {
    return this.commands.carryOut({ request, reply, caller }, async (commandId) => ({
      body: await this.bus.request(unfollowCase, caller, { commandId, caseId }),
    }));
  }

  @Get('me/filters')
  @Documented({ summary: listFilters.summary, reply: listFilters.reply, problems: ['consent-required'] })
  filters(@Member() caller: MemberCaller): Promise<ReplyOf<typeof listFilters>> {
    return this.bus.request(listFilters, caller, {});
  }

  @Post('me/filters')
  @Documented({
    summary: saveFilter.summary,
    reply: saveFilter.reply,
    status: 201,
    versioned: true,
    problems: ['invalid-input', 'consent-required', ...onCommand],
  })
  @AcceptsIdempotencyKey()
  save(
    @Member() caller: MemberCaller,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
    @Body({ schema: filterContent }) body: z.output<typeof filterContent>,
  ): Promise<unknown> {
    return this.commands.carryOut({ request, reply, caller }, async (commandId) => {
      const saved = await this.bus.request(saveFilter, caller, { ...body, commandId });
      const headers = { location: `/api/v1/me/filters/${saved.filterId}`, etag: tagOf(saved.version) };
      return { status: 201, headers, body: saved };
    });
  }

  @Put('me/filters/:filterId')
  @Documented({
    summary: changeFilter.summary,
    reply: changeFilter.reply,
    versioned: true,
    problems: [...onCase, 'version-mismatch', ...onCommand],
  })
  @AcceptsIdempotencyKey()
  @ApiHeader({
    name: 'If-Match',
    required: false,
    description: 'The ETag of the filter as you saw it; refused with 412 when it was changed since.',
  })
  change(
    @Member() caller: MemberCaller,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
    @Param('filterId', { schema: id }) filterId: string,
    @Headers('if-match') ifMatch: string | undefined,
    @Body({ schema: filterContent }) body: z.output<typeof filterContent>,
  ): Promise<unknown> {
    const expectedVersion = versionOf(ifMatch);
    return this.commands.carryOut({ request, reply, caller }, async (commandId) => {
      const input = { ...body, commandId, filterId };
      const changed = await this.bus.request(
        changeFilter,
        caller,
        expectedVersion === undefined ? input : { ...input, expectedVersion },
      );
      return { headers: { etag: tagOf(changed.version) }, body: changed };
    });
  }

  @Delete('me/filters/:filterId')
  @Documented({
    summary: deleteFilter.summary,
    reply: deleteFilter.reply,
    problems: [...onCase, ...onCommand],
  })
  @AcceptsIdempotencyKey()
  delete(
    @Member() caller: MemberCaller,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
    @Param('filterId', { schema: id }) filterId: string,
  ): Promise<unknown> {
    return this.commands.carryOut({ request, reply, caller }, async (commandId) => ({
      body: await this.bus.request(deleteFilter, caller, { commandId, filterId }),
    }));
  }
}
