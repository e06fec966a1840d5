import { Controller } from '@nestjs/common';
import { Responds, ServiceContext, type RequestContext } from '@definitivedx/bus';
import * as contracts from '@definitivedx/contracts';
import type { InputOf } from '@definitivedx/contracts';
import { closeOrganisation, confirmLeaving } from '../commands/close-organisation.js';
import { approveCaseExport, askForCaseExport, getLeaving, leave, stay } from '../commands/leaving.js';
import { listLeavings } from '../queries/leavings.js';

/** How an organisation goes. */
@Controller()
export class LeavingDoor {
  constructor(private readonly service: ServiceContext) {}

  @Responds(contracts.leave)
  leave(input: InputOf<typeof contracts.leave>, { caller }: RequestContext) {
    return leave(this.service, caller, input);
  }

  @Responds(contracts.stay)
  stay(_input: InputOf<typeof contracts.stay>, { caller }: RequestContext) {
    return stay(this.service, caller);
  }

  @Responds(contracts.getLeaving)
  get(_input: InputOf<typeof contracts.getLeaving>, { caller }: RequestContext) {
    return getLeaving(this.service, caller);
  }

  @Responds(contracts.askForCaseExport)
  askForCases(_input: InputOf<typeof contracts.askForCaseExport>, { caller }: RequestContext) {
    return askForCaseExport(this.service, caller);
  }

  @Responds(contracts.approveCaseExport)
  approveCases(_input: InputOf<typeof contracts.approveCaseExport>, { caller }: RequestContext) {
    return approveCaseExport(this.service, caller);
  }

  @Responds(contracts.listLeavings)
  list(input: InputOf<typeof contracts.listLeavings>, { caller }: RequestContext) {
    return listLeavings(this.service, caller, input);
  }

  @Responds(contracts.confirmLeaving)
  confirm(input: InputOf<typeof contracts.confirmLeaving>, { caller }: RequestContext) {
    return confirmLeaving(this.service, caller, input);
  }

  @Responds(contracts.closeOrganisation)
  close(input: InputOf<typeof contracts.closeOrganisation>, { caller }: RequestContext) {
    return closeOrganisation(this.service, caller, input);
  }
}
