import { Controller } from '@nestjs/common';
import { Responds, ServiceContext, type RequestContext } from '@definitivedx/bus';
import * as contracts from '@definitivedx/contracts';
import type { InputOf } from '@definitivedx/contracts';
import { openDepartedExport, openExport } from '../commands/open-export.js';
import { confirmExport, exportPart, takeCases } from '../queries/export.js';

/** What an organisation takes along. */
@Controller()
export class ExportDoor {
  constructor(private readonly service: ServiceContext) {}

  @Responds(contracts.openExport)
  open(input: InputOf<typeof contracts.openExport>, { caller }: RequestContext) {
    return openExport(this.service, caller, input);
  }

  @Responds(contracts.openDepartedExport)
  openDeparted(input: InputOf<typeof contracts.openDepartedExport>, { caller }: RequestContext) {
    return openDepartedExport(this.service, caller, input);
  }

  @Responds(contracts.exportPart)
  part(input: InputOf<typeof contracts.exportPart>, { caller }: RequestContext) {
    return exportPart(this.service, caller, input);
  }

  @Responds(contracts.confirmExport)
  confirm(input: InputOf<typeof contracts.confirmExport>, { caller }: RequestContext) {
    return confirmExport(this.service, caller, input);
  }

  @Responds(contracts.takeCases)
  takeCases(input: InputOf<typeof contracts.takeCases>, { caller }: RequestContext) {
    return takeCases(this.service, caller, input);
  }
}
