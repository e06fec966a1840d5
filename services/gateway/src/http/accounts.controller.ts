import { Controller, HttpCode, Param, Post } from '@nestjs/common';
import { ApiBearerAuth, ApiCookieAuth, ApiTags } from '@nestjs/swagger';
import { For, type MemberCaller } from '@definitivedx/auth';
import { Bus } from '@definitivedx/bus';
import { id, setAccount, type ReplyOf } from '@definitivedx/contracts';
import { Member } from './authentication.js';
import { Documented } from './documented.js';

const problems = ['invalid-input', 'not-found', 'conflict', 'consent-required'] as const;

/** Whole accounts, for those who run the platform. */
@ApiTags('Operation')
@ApiBearerAuth()
@ApiCookieAuth()
@For({ members: ['operator'] })
@Controller('api/v1/accounts/:memberId')
export class AccountsController {
  constructor(private readonly bus: Bus) {}

  @Post('disable')
  @HttpCode(200)
  @Documented({
    summary: 'Disables a whole account, in every organisation: out everywhere within two seconds.',
    reply: setAccount.reply,
    problems,
  })
  disable(
    @Member() caller: MemberCaller,
    @Param('memberId', { schema: id }) memberId: string,
  ): Promise<ReplyOf<typeof setAccount>> {
    return this.bus.request(setAccount, caller, { memberId, status: 'disabled' });
  }

  @Post('enable')
  @HttpCode(200)
  @Documented({
    summary: 'Enables an account again, with the places it has.',
    reply: setAccount.reply,
    problems,
  })
  enable(
    @Member() caller: MemberCaller,
    @Param('memberId', { schema: id }) memberId: string,
  ): Promise<ReplyOf<typeof setAccount>> {
    return this.bus.request(setAccount, caller, { memberId, status: 'active' });
  }
}
