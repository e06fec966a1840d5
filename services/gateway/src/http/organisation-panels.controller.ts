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
import { For, type OrganisationCaller } from '@definitivedx/auth';
import { Bus } from '@definitivedx/bus';
import {
  addPanelMembers,
  answerPanelOffer,
  changePanel,
  closePanel,
  createPanel,
  getOwnPanel,
  id,
  listOwnPanels,
  listPanelOffers,
  offerPanel,
  panelsDoor,
  removePanelMember,
  withdrawPanelOffer,
  type ReplyOf,
} from '@definitivedx/contracts';
import { tagOf, versionOf } from '../domain/version-tag.js';
import { Acting } from './authentication.js';
import { Commands } from './commands.js';
import { AcceptsIdempotencyKey, Documented } from './documented.js';
import { onCommand } from './problems.js';

const creating = createPanel.request.omit({ commandId: true });
const changing = changePanel.request.omit({ panelId: true, expectedVersion: true });
const joining = addPanelMembers.request.pick({ memberIds: true });
const leaving = removePanelMember.request.pick({ replaceLeadBy: true });
const offering = offerPanel.request.omit({ panelId: true });
const answering = answerPanelOffer.request.pick({ answer: true });
const onPanel = ['invalid-input', 'not-found', 'consent-required'] as const;
const withBody = [...onPanel, 'conflict', 'payload-too-large', 'unsupported-media-type'] as const;
const uuid = { schema: id };

type Panel = ReplyOf<typeof getOwnPanel>;

/** The panels of the organisation that an administrator, or a program of theirs, acts for. */
@ApiTags('Organisation')
@ApiBearerAuth()
@ApiCookieAuth()
@For(panelsDoor)
@Controller('api/v1/organisation')
export class OrganisationPanelsController {
  constructor(
    private readonly bus: Bus,
    private readonly commands: Commands,
  ) {}

  @Get('panels')
  @Documented({ summary: listOwnPanels.summary, reply: listOwnPanels.reply, problems: ['consent-required'] })
  list(@Acting() caller: OrganisationCaller): Promise<ReplyOf<typeof listOwnPanels>> {
    return this.bus.request(listOwnPanels, caller, {});
  }

  @Post('panels')
  @Documented({
    summary: createPanel.summary,
    reply: createPanel.reply,
    status: 201,
    problems: ['invalid-input', 'consent-required', ...onCommand],
  })
  @AcceptsIdempotencyKey()
  create(
    @Acting() caller: OrganisationCaller,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
    @Body({ schema: creating }) body: z.output<typeof creating>,
  ): Promise<unknown> {
    return this.commands.carryOut({ request, reply, caller }, async (commandId) => {
      const panel = await this.bus.request(createPanel, caller, { ...body, commandId });
      const location = `/api/v1/organisation/panels/${panel.panelId}`;
      return { status: 201, headers: { location, etag: tagOf(panel.version) }, body: panel };
    });
  }

  @Get('panels/:panelId')
  @Documented({ summary: getOwnPanel.summary, reply: getOwnPanel.reply, problems: onPanel })
  async get(
    @Acting() caller: OrganisationCaller,
    @Res({ passthrough: true }) reply: FastifyReply,
    @Param('panelId', uuid) panelId: string,
  ): Promise<Panel> {
    const panel = await this.bus.request(getOwnPanel, caller, { panelId });
    void reply.header('etag', tagOf(panel.version));
    return panel;
  }

  @Patch('panels/:panelId')
  @Documented({
    summary: changePanel.summary,
    reply: changePanel.reply,
    problems: [...withBody, 'version-mismatch'],
  })
  @ApiHeader({
    name: 'If-Match',
    required: false,
    description: 'The ETag you were given: refused when it has changed.',
  })
  async change(
    @Acting() caller: OrganisationCaller,
    @Res({ passthrough: true }) reply: FastifyReply,
    @Param('panelId', uuid) panelId: string,
    @Headers('if-match') ifMatch: string | undefined,
    @Body({ schema: changing }) body: z.output<typeof changing>,
  ): Promise<Panel> {
    const input = { ...body, panelId, expectedVersion: versionOf(ifMatch) };
    const panel = await this.bus.request(changePanel, caller, input);
    void reply.header('etag', tagOf(panel.version));
    return panel;
  }

  @Post('panels/:panelId/close')
  @HttpCode(200)
  @Documented({ summary: closePanel.summary, reply: closePanel.reply, problems: onPanel })
  close(@Acting() caller: OrganisationCaller, @Param('panelId', uuid) panelId: string): Promise<Panel> {
    return this.bus.request(closePanel, caller, { panelId });
  }

  @Post('panels/:panelId/members')
  @HttpCode(200)
  @Documented({ summary: addPanelMembers.summary, reply: addPanelMembers.reply, problems: withBody })
  join(
    @Acting() caller: OrganisationCaller,
    @Param('panelId', uuid) panelId: string,
    @Body({ schema: joining }) { memberIds }: z.output<typeof joining>,
  ): Promise<Panel> {
    return this.bus.request(addPanelMembers, caller, { panelId, memberIds });
  }

  @Delete('panels/:panelId/members/:memberId')
  @Documented({
    summary: removePanelMember.summary,
    description: 'Refused for the last member, and for the lead unless `replaceLeadBy` names another one.',
    reply: removePanelMember.reply,
    problems: [...onPanel, 'conflict'],
  })
  leave(
    @Acting() caller: OrganisationCaller,
    @Param('panelId', uuid) panelId: string,
    @Param('memberId', uuid) memberId: string,
    @Query({ schema: leaving }) { replaceLeadBy }: z.output<typeof leaving>,
  ): Promise<Panel> {
    return this.bus.request(removePanelMember, caller, { panelId, memberId, replaceLeadBy });
  }

  @Post('panels/:panelId/offers')
  @HttpCode(200)
  @Documented({ summary: offerPanel.summary, reply: offerPanel.reply, problems: withBody })
  offer(
    @Acting() caller: OrganisationCaller,
    @Param('panelId', uuid) panelId: string,
    @Body({ schema: offering }) body: z.output<typeof offering>,
  ): Promise<Panel> {
    return this.bus.request(offerPanel, caller, { ...body, panelId });
  }

  @Delete('panels/:panelId/offers/:organisationId')
  @Documented({
    summary: withdrawPanelOffer.summary,
    reply: withdrawPanelOffer.reply,
    problems: [...onPanel, 'conflict'],
  })
  withdraw(
    @Acting() caller: OrganisationCaller,
    @Param('panelId', uuid) panelId: string,
    @Param('organisationId', uuid) organisationId: string,
  ): Promise<Panel> {
    return this.bus.request(withdrawPanelOffer, caller, { panelId, organisationId });
  }

  @Get('panel-offers')
  @Documented({
    summary: listPanelOffers.summary,
    reply: listPanelOffers.reply,
    problems: ['consent-required'],
  })
  offers(@Acting() caller: OrganisationCaller): Promise<ReplyOf<typeof listPanelOffers>> {
    return this.bus.request(listPanelOffers, caller, {});
  }

  @Post('panel-offers/:panelId')
  @HttpCode(200)
  @Documented({ summary: answerPanelOffer.summary, reply: answerPanelOffer.reply, problems: withBody })
  answer(
    @Acting() caller: OrganisationCaller,
    @Param('panelId', uuid) panelId: string,
    @Body({ schema: answering }) { answer }: z.output<typeof answering>,
  ): Promise<ReplyOf<typeof answerPanelOffer>> {
    return this.bus.request(answerPanelOffer, caller, { panelId, answer });
  }
}
