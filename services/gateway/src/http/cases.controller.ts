import { Body, Controller, Get, Headers, HttpCode, Param, Post, Query, Req, Res } from '@nestjs/common';
import { ApiBearerAuth, ApiCookieAuth, ApiHeader, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { ForMembers, type MemberCaller } from '@definitivedx/auth';
import { Bus } from '@definitivedx/bus';
import {
  addPost,
  caseStatus,
  createCase,
  cursor,
  getCase,
  id,
  listCases,
  type ReplyOf,
} from '@definitivedx/contracts';
import { tagOf, versionOf } from '../domain/version-tag.js';
import { Member } from './authentication.js';
import { Commands } from './commands.js';
import { AcceptsIdempotencyKey, Documented } from './documented.js';
import { onCase, onCommand } from './problems.js';

const newCase = createCase.request.omit({ commandId: true });
const newPost = addPost.request.omit({ commandId: true, caseId: true, expectedVersion: true });
const { view, state, priority, panelId, order } = listCases.request.shape;
const flag = z.enum(['true', 'false']).default('false');
const pageQuery = z.strictObject({
  ...{ view, state, priority, panelId, order },
  status: caseStatus.optional(),
  unread: flag,
  overdue: flag,
  count: flag.describe('Also count the matches, up to a hundred.'),
  cursor: cursor.optional(),
  limit: z.coerce.number().int().min(1).max(100).default(50),
});

const addressOf = (caseId: string): string => `/api/v1/cases/${caseId}`;

@ApiTags('Cases')
@ApiBearerAuth()
@ApiCookieAuth()
@ForMembers()
@Controller('api/v1/cases')
export class CasesController {
  constructor(
    private readonly bus: Bus,
    private readonly commands: Commands,
  ) {}

  @Post()
  @Documented({
    summary: createCase.summary,
    reply: createCase.reply,
    status: 201,
    versioned: true,
    problems: ['invalid-input', 'consent-required', 'emergency', ...onCommand],
  })
  @AcceptsIdempotencyKey()
  create(
    @Member() caller: MemberCaller,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
    @Body({ schema: newCase }) body: z.output<typeof newCase>,
  ): Promise<unknown> {
    return this.commands.carryOut({ request, reply, caller }, async (commandId) => {
      const created = await this.bus.request(createCase, caller, { ...body, commandId });
      const headers = { location: addressOf(created.caseId), etag: tagOf(created.version) };
      return { status: 201, headers, body: created };
    });
  }

  @Get()
  @Documented({
    summary: listCases.summary,
    reply: listCases.reply,
    problems: ['invalid-input', 'consent-required'],
  })
  list(
    @Member() caller: MemberCaller,
    @Query({ schema: pageQuery }) query: z.output<typeof pageQuery>,
  ): Promise<ReplyOf<typeof listCases>> {
    const { status, unread, overdue, count, ...rest } = query;
    return this.bus.request(listCases, caller, {
      ...rest,
      ...(status === undefined ? {} : { statuses: [status] }),
      unread: unread === 'true',
      overdue: overdue === 'true',
      count: count === 'true',
    });
  }

  /** A POST, because words and case codes in an address would end up in every log on the way. */
  @Post('search')
  @HttpCode(200)
  @Documented({
    summary:
      'Cases you may see that say what you look for, latest activity first; or the one with a case code. All filters of the list apply.',
    reply: listCases.reply,
    problems: ['invalid-input', 'consent-required', 'payload-too-large', 'unsupported-media-type'],
  })
  search(
    @Member() caller: MemberCaller,
    @Body({ schema: listCases.request }) body: z.output<typeof listCases.request>,
  ): Promise<ReplyOf<typeof listCases>> {
    return this.bus.request(listCases, caller, body);
  }

  @Get(':caseId')
  @Documented({ summary: getCase.summary, reply: getCase.reply, versioned: true, problems: onCase })
  async get(
    @Member() caller: MemberCaller,
    @Res({ passthrough: true }) reply: FastifyReply,
    @Param('caseId', { schema: id }) caseId: string,
  ): Promise<ReplyOf<typeof getCase>> {
    const found = await this.bus.request(getCase, caller, { caseId });
    void reply.header('etag', tagOf(found.version));
    return found;
  }

  @Post(':caseId/posts')
  @Documented({
    summary: addPost.summary,
    reply: addPost.reply,
    status: 201,
    versioned: true,
    problems: [...onCase, 'version-mismatch', ...onCommand],
  })
  @AcceptsIdempotencyKey()
  @ApiHeader({
    name: 'If-Match',
    required: false,
    description:
      'The ETag of the case as you saw it; refused with 412 when the discussion has moved on since.',
  })
  post(
    @Member() caller: MemberCaller,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
    @Param('caseId', { schema: id }) caseId: string,
    @Headers('if-match') ifMatch: string | undefined,
    @Body({ schema: newPost }) body: z.output<typeof newPost>,
  ): Promise<unknown> {
    const expectedVersion = versionOf(ifMatch);
    return this.commands.carryOut({ request, reply, caller }, async (commandId) => {
      const posted = await this.bus.request(addPost, caller, {
        ...body,
        commandId,
        caseId,
        ...(expectedVersion === undefined ? {} : { expectedVersion }),
      });
      return {
        status: 201,
        headers: { location: addressOf(caseId), etag: tagOf(posted.version) },
        body: posted,
      };
    });
  }
}
