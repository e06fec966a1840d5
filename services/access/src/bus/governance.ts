import { Controller } from '@nestjs/common';
import { Responds, ServiceContext, type RequestContext } from '@definitivedx/bus';
import * as contracts from '@definitivedx/contracts';
import type { InputOf } from '@definitivedx/contracts';
import { openForGovernance } from '../commands/open-for-governance.js';
import { assignDuty, changeSettings } from '../commands/organisation-settings.js';
import { teachingAllowed } from '../queries/teaching-allowed.js';
import { organisationSettings } from '../queries/organisation-settings.js';

/** What an organisation decides about its own cases. */
@Controller()
export class GovernanceDoor {
  constructor(private readonly service: ServiceContext) {}

  @Responds(contracts.organisationSettings)
  settings(_input: InputOf<typeof contracts.organisationSettings>, { caller }: RequestContext) {
    return organisationSettings(this.service, caller);
  }

  @Responds(contracts.teachingAllowed)
  teachingAllowed(_input: InputOf<typeof contracts.teachingAllowed>, { caller }: RequestContext) {
    return teachingAllowed(this.service, caller);
  }

  @Responds(contracts.changeSettings)
  changeSettings(input: InputOf<typeof contracts.changeSettings>, { caller }: RequestContext) {
    return changeSettings(this.service, caller, input);
  }

  @Responds(contracts.assignDuty)
  assignDuty(input: InputOf<typeof contracts.assignDuty>, { caller }: RequestContext) {
    return assignDuty(this.service, caller, input);
  }

  @Responds(contracts.openForGovernance)
  openForGovernance(input: InputOf<typeof contracts.openForGovernance>, { caller }: RequestContext) {
    return openForGovernance(this.service, caller, input);
  }
}
