import { Controller, Get, HttpCode, Param, Post } from '@nestjs/common';
import { ApiBearerAuth, ApiCookieAuth, ApiTags } from '@nestjs/swagger';
import { For, type MemberCaller } from '@definitivedx/auth';
import { Bus, ServiceContext } from '@definitivedx/bus';
import {
  eraseMember,
  erasureReport,
  id,
  setAccount,
  type ErasureRecord,
  type ReplyOf,
} from '@definitivedx/contracts';
import { eraseHere } from '../commands/erase-here.js';
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
  constructor(
    private readonly bus: Bus,
    private readonly service: ServiceContext,
  ) {}

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

  @Post('erasure')
  @HttpCode(200)
  @Documented({ summary: eraseMember.summary, reply: eraseMember.reply, problems })
  async erase(
    @Member() caller: MemberCaller,
    @Param('memberId', { schema: id }) memberId: string,
  ): Promise<ErasureRecord> {
    await this.bus.request(eraseMember, caller, { memberId });
    await eraseHere(this.service, memberId);
    return this.bus.request(erasureReport, caller, { memberId });
  }

  @Get('erasure')
  @Documented({ summary: erasureReport.summary, reply: erasureReport.reply, problems })
  erasure(
    @Member() caller: MemberCaller,
    @Param('memberId', { schema: id }) memberId: string,
  ): Promise<ErasureRecord> {
    return this.bus.request(erasureReport, caller, { memberId });
  }
}
