import { Controller } from '@nestjs/common';
import { exportPage, RequestContext, Responds, ServiceContext } from '@definitivedx/bus';
import { exportMember, type ExportPage, type InputOf } from '@definitivedx/contracts';
import { memberSections } from '../data/member-export.js';

/** What this service keeps about its members, for themselves. */
@Controller()
export class PersonalDataDoor {
  constructor(private readonly service: ServiceContext) {}

  @Responds(exportMember('metrics'))
  exportMember(
    { after }: InputOf<ReturnType<typeof exportMember>>,
    { caller }: RequestContext,
  ): Promise<ExportPage> {
    return exportPage(this.service.db, memberSections, caller, after);
  }
}
