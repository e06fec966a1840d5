import { Body, Controller, Get, HttpCode, Post, Req, Res } from '@nestjs/common';
import { ApiBearerAuth, ApiCookieAuth, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { invalidInput } from '@definitivedx/errors';
import { ForMembers, type MemberCaller } from '@definitivedx/auth';
import { Bus } from '@definitivedx/bus';
import {
  acceptText,
  anonymisationDuty,
  currentTexts,
  identifyMember,
  issuerName,
  myIdentities,
  odsCode,
  type ReplyOf,
} from '@definitivedx/contracts';
import { beginSignIn } from '../commands/begin-sign-in.js';
import { switchOrganisation } from '../commands/switch-organisation.js';
import type { KnownCaller } from '../sign-in/callers.js';
import { SignInContext } from '../sign-in/context.js';
import { newSecret } from '../sign-in/secrets.js';
import { Known, Member } from './authentication.js';
import { setCookie, signInCookie } from './cookies.js';
import { Documented } from './documented.js';

const choice = z.strictObject({ odsCode });
const otherSignIn = z.strictObject({
  organisation: odsCode.describe('An organisation that takes the other sign-in, by its ODS code.'),
  issuer: issuerName.optional().describe("One of that organisation's issuers; its own first when absent."),
  returnTo: z.string().optional().describe('Local path to come back to.'),
});
const signInUrl = z.strictObject({ signInUrl: z.url().describe('Send the browser there.') });
const onBody = ['invalid-input', 'payload-too-large', 'unsupported-media-type'] as const;
const duty = z.strictObject({ version: z.string(), title: z.string(), body: z.string(), hash: z.string() });

/** The signed-in person themself, and the texts they agree to. */
@ApiTags('Member')
@ApiBearerAuth()
@ApiCookieAuth()
@Controller('api/v1')
export class MemberController {
  constructor(
    private readonly bus: Bus,
    private readonly context: SignInContext,
  ) {}

  @Get('me')
  @ForMembers({ beforeConsent: true })
  @Documented({
    summary:
      'Who you are, which organisation you act for, which ones you may, and whether you have accepted the texts in force.',
    reply: identifyMember.reply,
  })
  me(@Known() { identity }: KnownCaller): ReplyOf<typeof identifyMember> {
    return identity;
  }

  @Post('me/organisation')
  @HttpCode(200)
  @ForMembers({ beforeConsent: true })
  @Documented({
    summary: 'Acts for another of your organisations from now on, in this session. It is on record.',
    description:
      'For a session. With a bearer token send the header `Acting-Organisation: <ODS code>` with each request instead.',
    reply: identifyMember.reply,
    problems: onBody,
  })
  act(
    @Known() known: KnownCaller,
    @Body({ schema: choice }) body: z.output<typeof choice>,
  ): Promise<ReplyOf<typeof identifyMember>> {
    return switchOrganisation(this.context, known, body.odsCode);
  }

  @Get('me/identities')
  @ForMembers({ beforeConsent: true })
  @Documented({ summary: 'Where you can sign in as yourself.', reply: myIdentities.reply })
  identities(@Member() caller: MemberCaller): Promise<ReplyOf<typeof myIdentities>> {
    return this.bus.request(myIdentities, caller, {});
  }

  @Post('me/identities')
  @HttpCode(200)
  @ForMembers({ beforeConsent: true })
  @Documented({
    summary: 'Begins adding another sign-in of yours: sign in with it, and from then on both are you.',
    description:
      'For a session, in a browser, which comes back to `returnTo`. An account that the other sign-in had, and that nothing was done with yet, becomes part of yours.',
    reply: signInUrl,
    problems: onBody,
  })
  async link(
    @Known() { credential }: KnownCaller,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
    @Body({ schema: otherSignIn }) wish: z.output<typeof otherSignIn>,
  ): Promise<z.output<typeof signInUrl>> {
    if (credential.tokenEndsAt !== undefined)
      throw invalidInput('Another sign-in is added in a browser, by who is signed in there.');
    const browser = request.cookies[signInCookie.name] ?? newSecret();
    const address = await beginSignIn(this.context, {
      ...wish,
      browser,
      linkSessionId: credential.sessionId,
    });
    setCookie(reply, signInCookie, browser);
    return { signInUrl: address.href };
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
