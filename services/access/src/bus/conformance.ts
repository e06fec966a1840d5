import { Controller } from '@nestjs/common';
import { Responds, ServiceContext, type RequestContext } from '@definitivedx/bus';
import * as contracts from '@definitivedx/contracts';
import type { InputOf } from '@definitivedx/contracts';
import { beginConformanceRun } from '../commands/conformance.js';
import { getConformanceRun, latestConformanceRuns, listConformanceRuns } from '../queries/conformance.js';

/** Runs in which an organisation's own set-up shows that it works. */
@Controller()
export class ConformanceDoor {
  constructor(private readonly service: ServiceContext) {}

  @Responds(contracts.beginConformanceRun)
  begin(input: InputOf<typeof contracts.beginConformanceRun>, { caller }: RequestContext) {
    return beginConformanceRun(this.service, caller, input);
  }

  @Responds(contracts.getConformanceRun)
  report(input: InputOf<typeof contracts.getConformanceRun>, { caller }: RequestContext) {
    return getConformanceRun(this.service, caller, input);
  }

  @Responds(contracts.listConformanceRuns)
  list(_input: InputOf<typeof contracts.listConformanceRuns>, { caller }: RequestContext) {
    return listConformanceRuns(this.service, caller);
  }

  @Responds(contracts.latestConformanceRuns)
  latest(input: InputOf<typeof contracts.latestConformanceRuns>, { caller }: RequestContext) {
    return latestConformanceRuns(this.service, caller, input);
  }
}
