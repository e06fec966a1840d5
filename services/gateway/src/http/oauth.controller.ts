import { Body, Controller, Get, Header, HttpCode, Post, Req, Res } from '@nestjs/common';
import { ApiBody, ApiConsumes, ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { Open } from '@definitivedx/auth';
import { ServiceContext } from '@definitivedx/bus';
import { scopes } from '@definitivedx/contracts';
import { issueClientToken } from '../commands/issue-client-token.js';
import { Options } from '../config.js';
import { OAuthError, signingAlgorithms } from '../domain/oauth.js';

const tokenReply = z.strictObject({
  access_token: z.string(),
  token_type: z.literal('Bearer'),
  expires_in: z.int(),
  scope: z.string(),
});
const oauthError = z.strictObject({
  error: z.enum(['invalid_request', 'invalid_client', 'unsupported_grant_type', 'invalid_scope']),
  error_description: z.string(),
});
const metadataReply = z.looseObject({ issuer: z.string(), token_endpoint: z.string() });

const tokenForm = {
  type: 'object',
  required: ['grant_type', 'client_assertion_type', 'client_assertion'],
  properties: {
    grant_type: { type: 'string', enum: ['client_credentials'] },
    client_assertion_type: {
      type: 'string',
      enum: ['urn:ietf:params:oauth:client-assertion-type:jwt-bearer'],
    },
    client_assertion: { type: 'string', description: 'A JWT signed with a registered key (RFC 7523).' },
    scope: { type: 'string', description: 'Separated by spaces; all that the program has when absent.' },
  },
};

/** Where programs get their tokens, in the words of OAuth instead of ours, as its client libraries expect. */
@ApiTags('Programs')
@Open()
@Controller()
export class OAuthController {
  constructor(
    private readonly service: ServiceContext,
    private readonly options: Options,
  ) {}

  @Post('oauth/token')
  @HttpCode(200)
  @ApiOperation({ summary: 'An access token for a program, by client credentials with private_key_jwt.' })
  @ApiConsumes('application/x-www-form-urlencoded')
  @ApiBody({ schema: tokenForm })
  @ApiResponse({ status: 200, description: 'The token.', standardSchema: tokenReply })
  @ApiResponse({ status: 400, description: 'As RFC 6749, section 5.2, says.', standardSchema: oauthError })
  @ApiResponse({ status: 401, description: 'The program was not recognised.', standardSchema: oauthError })
  async token(
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
    @Body() body: unknown,
  ): Promise<z.output<typeof tokenReply> | z.output<typeof oauthError>> {
    void reply.headers({ 'cache-control': 'no-store', pragma: 'no-cache' });
    try {
      if (!(body instanceof URLSearchParams)) {
        throw new OAuthError('invalid_request', 'Send the parameters as application/x-www-form-urlencoded.');
      }
      const audiences = [this.tokenEndpoint, this.issuer];
      const issued = await issueClientToken(this.service, { form: body, from: request.ip, audiences });
      return {
        access_token: issued.accessToken,
        token_type: 'Bearer',
        expires_in: issued.expiresIn,
        scope: issued.scopes.join(' '),
      };
    } catch (error) {
      if (!(error instanceof OAuthError)) throw error;
      void reply.status(error.status);
      return { error: error.code, error_description: error.description };
    }
  }

  @Get('.well-known/oauth-authorization-server')
  @Header('cache-control', 'public, max-age=3600')
  @ApiOperation({ summary: 'What a client library needs to know to get tokens (RFC 8414).' })
  @ApiResponse({ status: 200, description: 'The metadata.', standardSchema: metadataReply })
  metadata(): z.output<typeof metadataReply> {
    return {
      issuer: this.issuer,
      token_endpoint: this.tokenEndpoint,
      token_endpoint_auth_methods_supported: ['private_key_jwt'],
      token_endpoint_auth_signing_alg_values_supported: signingAlgorithms,
      grant_types_supported: ['client_credentials'],
      response_types_supported: [],
      scopes_supported: scopes,
      service_documentation: new URL('/api/docs', this.issuer).href,
    };
  }

  private get issuer(): string {
    return this.options.publicUrl.origin;
  }

  private get tokenEndpoint(): string {
    return new URL('/oauth/token', this.options.publicUrl).href;
  }
}
