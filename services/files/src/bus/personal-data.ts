import { Controller } from '@nestjs/common';
import { exportPage, RequestContext, Responds } from '@definitivedx/bus';
import { exportMember, type ExportPage, type InputOf } from '@definitivedx/contracts';
import { memberSections } from '../data/member-export.js';
import { FilesContext } from '../files-context.js';

/** What this service keeps about its members, for themselves. */
@Controller()
export class PersonalDataDoor {
  constructor(private readonly files: FilesContext) {}

  @Responds(exportMember('files'))
  exportMember(
    { after }: InputOf<ReturnType<typeof exportMember>>,
    { caller }: RequestContext,
  ): Promise<ExportPage> {
    return exportPage(this.files.service.db, memberSections, caller, after);
  }
}
