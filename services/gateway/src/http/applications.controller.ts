import { Body, Controller, Get, Headers, HttpCode, Param, Post, Query, Req } from '@nestjs/common';
import { ApiBearerAuth, ApiCookieAuth, ApiHeader, ApiTags } from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import { For, Open, type MemberCaller } from '@definitivedx/auth';
import { Bus } from '@definitivedx/bus';
import {
  applicationForm,
  applicationProgress,
  applicationReference,
  approveApplication,
  listApplications,
  refuseApplication,
  type ReplyOf,
} from '@definitivedx/contracts';
import { notFound } from '@definitivedx/errors';
import { apply, secretHashOf } from '../commands/apply.js';
import { SignInContext } from '../sign-in/context.js';
import { Member } from './authentication.js';
import { Documented } from './documented.js';

const client = z.strictObject({
  redirectUri: z.url(),
  backChannelLogoutUri: z.url(),
  jwksUri: z.url().describe('Our public keys, by which your issuer knows us.'),
  authentication: z.literal('private_key_jwt'),
});
const progress = applicationProgress.reply.extend({
  next: z.string().describe('What happens next, and what you can do.'),
  client: client.describe('How the client for us at your issuer has to be set up.'),
  signInUrl: z.url().nullable().describe('Where the administrator signs in, once approved.'),
});
const applied = progress.extend({
  pollToken: z.string().describe('Send it as Application-Token to ask for progress. It is shown this once.'),
});
const params = z.strictObject({ reference: applicationReference });
const filter = listApplications.request;
const reason = refuseApplication.request.pick({ reason: true });
const onBody = ['invalid-input', 'conflict', 'payload-too-large', 'unsupported-media-type'] as const;
const onOne = ['not-found', 'conflict', 'consent-required', 'invalid-input'] as const;

/** How a trust, practice or ICB comes in. */
@ApiTags('Applications')
@Controller('api/v1/applications')
export class ApplicationsController {
  constructor(
    private readonly bus: Bus,
    private readonly context: SignInContext,
  ) {}

  @Post()
  @Open()
  @Documented({
    summary:
      'Applies for an organisation. Everything is looked at, your issuer included, before anything is kept.',
    description:
      'Needs no account. A few times an hour and address; ask for progress with the reference and token you get.',
    reply: applied,
    status: 201,
    problems: onBody,
  })
  async apply(
    @Req() request: FastifyRequest,
    @Body({ schema: applicationForm }) form: z.output<typeof applicationForm>,
  ): Promise<z.output<typeof applied>> {
    const { progress: kept, secret } = await apply(this.context, form, request.ip);
    return { ...this.shown(kept), pollToken: secret };
  }

  @Get(':reference')
  @Open()
  @ApiHeader({ name: 'Application-Token', description: 'What you got with the reference.', required: true })
  @Documented({
    summary: 'How far an application is, for its applicant.',
    reply: progress,
    problems: ['not-found', 'invalid-input'],
  })
  async progress(
    @Param({ schema: params }) { reference }: z.output<typeof params>,
    @Headers('application-token') token: string | undefined,
  ): Promise<z.output<typeof progress>> {
    if (!token) throw notFound('application');
    const secretHash = secretHashOf(token);
    return this.shown(
      await this.bus.request(applicationProgress, await this.bus.self(), { reference, secretHash }),
    );
  }

  @Get()
  @For(listApplications.who)
  @ApiBearerAuth()
  @ApiCookieAuth()
  @Documented({
    summary: 'Applications, the newest first, for operators.',
    reply: listApplications.reply,
    problems: ['consent-required', 'invalid-input'],
  })
  list(
    @Member() caller: MemberCaller,
    @Query({ schema: filter }) query: z.output<typeof filter>,
  ): Promise<ReplyOf<typeof listApplications>> {
    return this.bus.request(listApplications, caller, query);
  }

  @Post(':reference/approval')
  @HttpCode(200)
  @For(approveApplication.who)
  @ApiBearerAuth()
  @ApiCookieAuth()
  @Documented({ summary: approveApplication.summary, reply: approveApplication.reply, problems: onOne })
  approve(
    @Member() caller: MemberCaller,
    @Param({ schema: params }) { reference }: z.output<typeof params>,
  ): Promise<ReplyOf<typeof approveApplication>> {
    return this.bus.request(approveApplication, caller, { reference });
  }

  @Post(':reference/refusal')
  @HttpCode(200)
  @For(refuseApplication.who)
  @ApiBearerAuth()
  @ApiCookieAuth()
  @Documented({
    summary: refuseApplication.summary,
    reply: refuseApplication.reply,
    problems: [...onOne, 'payload-too-large', 'unsupported-media-type'],
  })
  refuse(
    @Member() caller: MemberCaller,
    @Param({ schema: params }) { reference }: z.output<typeof params>,
    @Body({ schema: reason }) body: z.output<typeof reason>,
  ): Promise<ReplyOf<typeof refuseApplication>> {
    return this.bus.request(refuseApplication, caller, { reference, ...body });
  }

  private shown(kept: ReplyOf<typeof applicationProgress>): z.output<typeof progress> {
    const { publicUrl } = this.context.options;
    const at = (path: string): string => new URL(path, publicUrl).href;
    return {
      ...kept,
      next: nextOf[kept.status],
      client: {
        redirectUri: at('/auth/callback'),
        backChannelLogoutUri: at('/auth/back-channel-logout'),
        jwksUri: at('/.well-known/jwks.json'),
        authentication: 'private_key_jwt',
      },
      signInUrl: kept.status === 'approved' ? at(`/auth/sign-in?organisation=${kept.odsCode}`) : null,
    };
  }
}

const nextOf = {
  pending:
    'An operator looks at the application. Meanwhile, set up the client for us at your issuer as described.',
  approved:
    'The administrator signs in at signInUrl, brings the members in, and begins a conformance run (POST /api/v1/organisation/conformance-runs), whose report says what of your set-up works.',
  refused: 'Read the reason; you can apply again.',
} as const;
