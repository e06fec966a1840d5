import { Controller } from '@nestjs/common';
import { Responds, ServiceContext, type RequestContext } from '@definitivedx/bus';
import * as contracts from '@definitivedx/contracts';
import type { InputOf } from '@definitivedx/contracts';
import { approveApplication, refuseApplication } from '../commands/decide-application.js';
import { checkApplication, submitApplication } from '../commands/submit-application.js';
import { applicationProgress, listApplications } from '../queries/applications.js';

/** How an organisation comes in. */
@Controller()
export class ApplicationsDoor {
  constructor(private readonly service: ServiceContext) {}

  @Responds(contracts.checkApplication)
  check(input: InputOf<typeof contracts.checkApplication>, { caller }: RequestContext) {
    return checkApplication(this.service, caller, input);
  }

  @Responds(contracts.submitApplication)
  submit(input: InputOf<typeof contracts.submitApplication>, { caller }: RequestContext) {
    return submitApplication(this.service, caller, input);
  }

  @Responds(contracts.applicationProgress)
  progress(input: InputOf<typeof contracts.applicationProgress>, { caller }: RequestContext) {
    return applicationProgress(this.service, caller, input);
  }

  @Responds(contracts.listApplications)
  list(input: InputOf<typeof contracts.listApplications>, { caller }: RequestContext) {
    return listApplications(this.service, caller, input);
  }

  @Responds(contracts.approveApplication)
  approve(input: InputOf<typeof contracts.approveApplication>, { caller }: RequestContext) {
    return approveApplication(this.service, caller, input);
  }

  @Responds(contracts.refuseApplication)
  refuse(input: InputOf<typeof contracts.refuseApplication>, { caller }: RequestContext) {
    return refuseApplication(this.service, caller, input);
  }
}
