import { RequestContext, Responds, ServiceContext } from '@definitivedx/bus';
import * as contracts from '@definitivedx/contracts';
import type { InputOf, ReplyOf } from '@definitivedx/contracts';
import { Controller } from '@nestjs/common';
import { cancelCase } from '../commands/cancel-case.js';
import { answerFollowUp } from '../commands/follow-ups.js';
import { giveSurvey } from '../commands/give-survey.js';
import { convertCase, moveToIdentifiedRoute } from '../commands/leave-discussion.js';
import { reopenCase } from '../commands/reopen-case.js';
import { myFollowUps } from '../queries/my-follow-ups.js';

/** How cases end, begin again, and are followed up. */
@Controller()
export class CaseEndings {
  constructor(private readonly service: ServiceContext) {}

  @Responds(contracts.giveSurvey)
  giveSurvey(
    input: InputOf<typeof contracts.giveSurvey>,
    { caller }: RequestContext,
  ): Promise<ReplyOf<typeof contracts.giveSurvey>> {
    return giveSurvey(this.service, caller, input);
  }

  @Responds(contracts.cancelCase)
  cancelCase(
    input: InputOf<typeof contracts.cancelCase>,
    { caller }: RequestContext,
  ): Promise<ReplyOf<typeof contracts.cancelCase>> {
    return cancelCase(this.service, caller, input);
  }

  @Responds(contracts.convertCase)
  convertCase(
    input: InputOf<typeof contracts.convertCase>,
    { caller }: RequestContext,
  ): Promise<ReplyOf<typeof contracts.convertCase>> {
    return convertCase(this.service, caller, input);
  }

  @Responds(contracts.moveToIdentifiedRoute)
  moveToIdentifiedRoute(
    input: InputOf<typeof contracts.moveToIdentifiedRoute>,
    { caller }: RequestContext,
  ): Promise<ReplyOf<typeof contracts.moveToIdentifiedRoute>> {
    return moveToIdentifiedRoute(this.service, caller, input);
  }

  @Responds(contracts.reopenCase)
  reopenCase(
    input: InputOf<typeof contracts.reopenCase>,
    { caller }: RequestContext,
  ): Promise<ReplyOf<typeof contracts.reopenCase>> {
    return reopenCase(this.service, caller, input);
  }

  @Responds(contracts.myFollowUps)
  myFollowUps(
    input: InputOf<typeof contracts.myFollowUps>,
    { caller }: RequestContext,
  ): Promise<ReplyOf<typeof contracts.myFollowUps>> {
    return myFollowUps(this.service, caller, input);
  }

  @Responds(contracts.answerFollowUp)
  answerFollowUp(
    input: InputOf<typeof contracts.answerFollowUp>,
    { caller }: RequestContext,
  ): Promise<ReplyOf<typeof contracts.answerFollowUp>> {
    return answerFollowUp(this.service, caller, input);
  }
}
