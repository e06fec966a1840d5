import {
  Body,
  Catch,
  Controller,
  Get,
  HttpCode,
  Post,
  Query,
  Req,
  Res,
  UseFilters,
  type ArgumentsHost,
  type ExceptionFilter,
} from '@nestjs/common';
import { ApiConsumes, ApiExcludeEndpoint, ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { statusOf, toAppError } from '@definitivedx/errors';
import { Open } from '@definitivedx/auth';
import { issuerName, odsCode } from '@definitivedx/contracts';
import { createLog } from '@definitivedx/telemetry';
import { beginSignIn } from '../commands/begin-sign-in.js';
import { backChannelLogout } from '../commands/back-channel-logout.js';
import { finishSignIn } from '../commands/finish-sign-in.js';
import { signOut } from '../commands/sign-out.js';
import { LiveConnections } from '../live/live-connections.js';
import { SignInContext } from '../sign-in/context.js';
import { newSecret } from '../sign-in/secrets.js';
import { clearCookie, sessionCookie, setCookie, signInCookie } from './cookies.js';
import { Documented, MayRefuse } from './documented.js';
import { sendPage } from './pages.js';

const log = createLog('sign-in');
const signInQuery = z.object({
  returnTo: z.string().optional().describe('Local path to come back to.'),
  organisation: odsCode
    .optional()
    .describe("ODS code of the organisation to sign in for; the deployment's own sign-in when absent."),
  issuer: issuerName.optional().describe("One of that organisation's issuers; its own first when absent."),
});
const logoutForm = z.object({ logout_token: z.string().min(1) });
const done = z.strictObject({});
const signedOut = z.strictObject({
  endSessionUrl: z.url().describe("Go there to end the provider's session too."),
});

/** A person who came with a browser gets a page; a program gets the problem document. */
@Catch()
class SignInFailures implements ExceptionFilter {
  catch(thrown: unknown, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    const error = toAppError(thrown);
    log.warn('sign-in-refused', { code: error.code, error: error.cause ?? error });
    if (!http.getRequest<FastifyRequest>().headers.accept?.includes('text/html')) throw error;
    const reply = http.getResponse<FastifyReply>();
    if (error.retryAfterSeconds !== undefined)
      void reply.header('retry-after', String(error.retryAfterSeconds));
    sendPage(reply, statusOf[error.code], {
      title: 'You are not signed in',
      text: error.message,
      links: [['/auth/sign-in', 'Sign in again']],
    });
  }
}

@ApiTags('Sign-in')
@Open()
@Controller('auth')
export class SignInController {
  constructor(
    private readonly context: SignInContext,
    private readonly connections: LiveConnections,
  ) {}

  /** Sends the browser to the identity provider. */
  @Get('sign-in')
  @ApiOperation({ summary: 'Sends the browser to the identity provider, and afterwards to a local path.' })
  @ApiResponse({ status: 302, description: 'To the identity provider.' })
  @MayRefuse(['invalid-input', 'rate-limited', 'unavailable', 'internal'])
  @UseFilters(SignInFailures)
  async begin(
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
    @Query({ schema: signInQuery }) wish: z.output<typeof signInQuery>,
  ): Promise<void> {
    // One cookie for all tabs: a second sign-in must not lock the first one out.
    const browser = request.cookies[signInCookie.name] ?? newSecret();
    const address = await beginSignIn(this.context, { ...wish, browser });
    setCookie(reply, signInCookie, browser);
    void reply.header('cache-control', 'no-store').redirect(address.href, 302);
  }

  /** Where the provider sends the browser back to. */
  @Get('callback')
  @ApiExcludeEndpoint()
  @UseFilters(SignInFailures)
  async finish(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const { secret, returnTo } = await finishSignIn(this.context, {
      query: new URL(request.url, this.context.callbackUrl).searchParams,
      browser: request.cookies[signInCookie.name],
      session: request.cookies[sessionCookie.name],
      from: request.ip,
    });
    if (secret !== undefined) setCookie(reply, sessionCookie, secret);
    void reply.header('cache-control', 'no-store').redirect(returnTo, 303);
  }

  /** An issuer says that sessions have ended there. */
  @Post('back-channel-logout')
  @HttpCode(200)
  @ApiConsumes('application/x-www-form-urlencoded')
  @Documented({
    summary:
      'Ends the sessions that an issuer says have ended (OpenID Connect Back-Channel Logout 1.0). For issuers.',
    reply: done,
    problems: ['invalid-input', 'payload-too-large', 'unsupported-media-type'],
  })
  async backChannelLogout(
    @Res({ passthrough: true }) reply: FastifyReply,
    @Body({ schema: logoutForm }) { logout_token: token }: z.output<typeof logoutForm>,
  ): Promise<z.output<typeof done>> {
    void reply.header('cache-control', 'no-store');
    const ended = await backChannelLogout(this.context, token);
    for (const { memberId, sessionId } of ended) this.connections.closeSession(memberId, sessionId);
    return {};
  }

  @Post('sign-out')
  @HttpCode(200)
  @Documented({
    summary:
      'Ends your session here, and says where to end it at the identity provider. Harmless without a session.',
    reply: signedOut,
  })
  async signOut(
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<z.output<typeof signedOut>> {
    const { ended, endSessionUrl } = await signOut(this.context, request.cookies[sessionCookie.name] ?? '');
    if (ended) this.connections.closeSession(ended.memberId, ended.sessionId);
    clearCookie(reply, sessionCookie);
    void reply.header('cache-control', 'no-store');
    return { endSessionUrl };
  }
}
