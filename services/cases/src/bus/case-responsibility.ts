import { RequestContext, Responds, ServiceContext } from '@definitivedx/bus';
import * as contracts from '@definitivedx/contracts';
import type { InputOf, ReplyOf } from '@definitivedx/contracts';
import { Controller } from '@nestjs/common';
import { acknowledgeResponsibility } from '../commands/acknowledge-responsibility.js';
import { changeLeadPanel } from '../commands/change-lead-panel.js';
import { consultPanel } from '../commands/consult-panel.js';
import { handBack, handTo } from '../commands/hand-over.js';
import { recordPhoneCall } from '../commands/record-phone-call.js';
import { caseTimeline } from '../queries/case-timeline.js';
import { responsibilityHistory } from '../queries/responsibility-history.js';

/** Who answers for a case, which panels take part, and what became of it. */
@Controller()
export class CaseResponsibility {
  constructor(private readonly service: ServiceContext) {}

  @Responds(contracts.handBack)
  handBack(
    input: InputOf<typeof contracts.handBack>,
    { caller }: RequestContext,
  ): Promise<ReplyOf<typeof contracts.handBack>> {
    return handBack(this.service, caller, input);
  }

  @Responds(contracts.handTo)
  handTo(
    input: InputOf<typeof contracts.handTo>,
    { caller }: RequestContext,
  ): Promise<ReplyOf<typeof contracts.handTo>> {
    return handTo(this.service, caller, input);
  }

  @Responds(contracts.acknowledgeResponsibility)
  acknowledge(
    input: InputOf<typeof contracts.acknowledgeResponsibility>,
    { caller }: RequestContext,
  ): Promise<ReplyOf<typeof contracts.acknowledgeResponsibility>> {
    return acknowledgeResponsibility(this.service, caller, input);
  }

  @Responds(contracts.responsibilityHistory)
  history(
    input: InputOf<typeof contracts.responsibilityHistory>,
    { caller }: RequestContext,
  ): Promise<ReplyOf<typeof contracts.responsibilityHistory>> {
    return responsibilityHistory(this.service, caller, input);
  }

  @Responds(contracts.consultPanel)
  consult(
    input: InputOf<typeof contracts.consultPanel>,
    { caller }: RequestContext,
  ): Promise<ReplyOf<typeof contracts.consultPanel>> {
    return consultPanel(this.service, caller, input);
  }

  @Responds(contracts.changeLeadPanel)
  leadPanel(
    input: InputOf<typeof contracts.changeLeadPanel>,
    { caller }: RequestContext,
  ): Promise<ReplyOf<typeof contracts.changeLeadPanel>> {
    return changeLeadPanel(this.service, caller, input);
  }

  @Responds(contracts.recordPhoneCall)
  phoneCall(
    input: InputOf<typeof contracts.recordPhoneCall>,
    { caller }: RequestContext,
  ): Promise<ReplyOf<typeof contracts.recordPhoneCall>> {
    return recordPhoneCall(this.service, caller, input);
  }

  @Responds(contracts.caseTimeline)
  timeline(
    input: InputOf<typeof contracts.caseTimeline>,
    { caller }: RequestContext,
  ): Promise<ReplyOf<typeof contracts.caseTimeline>> {
    return caseTimeline(this.service, caller, input);
  }
}
