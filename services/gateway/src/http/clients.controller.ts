import { Body, Controller, Delete, Get, Param, Post, Put, Req, Res } from '@nestjs/common';
import { ApiBearerAuth, ApiCookieAuth, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { z } from 'zod';
import { For, type MemberCaller } from '@definitivedx/auth';
import { Bus } from '@definitivedx/bus';
import {
  apiClient,
  createScimToken,
  id,
  listClients,
  registerClient,
  replaceClientKeys,
  revokeClient,
  revokeScimToken,
  type ReplyOf,
} from '@definitivedx/contracts';
import { Member } from './authentication.js';
import { Commands } from './commands.js';
import { AcceptsIdempotencyKey, Documented } from './documented.js';
import { onCommand } from './problems.js';

const newClient = registerClient.request.omit({ commandId: true });
const newKeys = replaceClientKeys.request.omit({ clientId: true });
const newScimToken = createScimToken.request.omit({ clientId: true });

const onChange = [
  'invalid-input',
  'consent-required',
  'not-found',
  'conflict',
  'payload-too-large',
  'unsupported-media-type',
] as const;

/** The organisation's programs that may ask for tokens. */
@ApiTags('Programs')
@ApiBearerAuth()
@ApiCookieAuth()
@Controller('api/v1/organisation/clients')
export class ClientsController {
  constructor(
    private readonly bus: Bus,
    private readonly commands: Commands,
  ) {}

  @Get()
  @For(listClients.who)
  @Documented({ summary: listClients.summary, reply: listClients.reply, problems: ['consent-required'] })
  list(@Member() caller: MemberCaller): Promise<ReplyOf<typeof listClients>> {
    return this.bus.request(listClients, caller, {});
  }

  @Post()
  @For(registerClient.who)
  @Documented({
    summary: registerClient.summary,
    reply: apiClient,
    status: 201,
    problems: ['invalid-input', 'consent-required', ...onCommand],
  })
  @AcceptsIdempotencyKey()
  register(
    @Member() caller: MemberCaller,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
    @Body({ schema: newClient }) body: z.output<typeof newClient>,
  ): Promise<unknown> {
    return this.commands.carryOut({ request, reply, caller }, async (commandId) => {
      const client = await this.bus.request(registerClient, caller, { commandId, ...body });
      return {
        status: 201,
        body: client,
        headers: { location: `/api/v1/organisation/clients/${client.clientId}` },
      };
    });
  }

  @Put(':clientId/keys')
  @For(replaceClientKeys.who)
  @Documented({ summary: replaceClientKeys.summary, reply: apiClient, problems: onChange })
  replaceKeys(
    @Member() caller: MemberCaller,
    @Param('clientId', { schema: id }) clientId: string,
    @Body({ schema: newKeys }) body: z.output<typeof newKeys>,
  ): Promise<ReplyOf<typeof replaceClientKeys>> {
    return this.bus.request(replaceClientKeys, caller, { clientId, ...body });
  }

  @Delete(':clientId')
  @For(revokeClient.who)
  @Documented({ summary: revokeClient.summary, reply: revokeClient.reply, problems: onChange })
  revoke(
    @Member() caller: MemberCaller,
    @Param('clientId', { schema: id }) clientId: string,
  ): Promise<ReplyOf<typeof revokeClient>> {
    return this.bus.request(revokeClient, caller, { clientId });
  }

  /** Takes no Idempotency-Key: replies are kept under it, and this one holds a secret. */
  @Post(':clientId/scim-token')
  @For(createScimToken.who)
  @Documented({
    summary: createScimToken.summary,
    reply: createScimToken.reply,
    status: 201,
    problems: onChange,
  })
  createScimToken(
    @Member() caller: MemberCaller,
    @Param('clientId', { schema: id }) clientId: string,
    @Body({ schema: newScimToken }) body: z.output<typeof newScimToken>,
  ): Promise<ReplyOf<typeof createScimToken>> {
    return this.bus.request(createScimToken, caller, { clientId, ...body });
  }

  @Delete(':clientId/scim-token/:tokenId')
  @For(revokeScimToken.who)
  @Documented({ summary: revokeScimToken.summary, reply: revokeScimToken.reply, problems: onChange })
  revokeScimToken(
    @Member() caller: MemberCaller,
    @Param('clientId', { schema: id }) clientId: string,
    @Param('tokenId', { schema: id }) tokenId: string,
  ): Promise<ReplyOf<typeof revokeScimToken>> {
    return this.bus.request(revokeScimToken, caller, { clientId, tokenId });
  }
}
