import { Controller } from '@nestjs/common';
import { Consumes, EventContext, RequestContext, Responds, ServiceContext } from '@definitivedx/bus';
import * as contracts from '@definitivedx/contracts';
import type { DataOf, ExportPage, InputOf, ReplyOf } from '@definitivedx/contracts';
import { eraseMember } from '../commands/erase-member.js';
import { DraftsContext } from '../drafts-context.js';
import { casesHeldBy } from '../queries/cases-held-by.js';
import { exportOwnData } from '../queries/export-own-data.js';

/** What this service keeps about its members: for themselves, and until they are erased. */
@Controller()
export class PersonalDataDoor {
  constructor(
    private readonly service: ServiceContext,
    private readonly drafts: DraftsContext,
  ) {}

  @Responds(contracts.exportMember('cases'))
  exportMember(
    { after }: InputOf<ReturnType<typeof contracts.exportMember>>,
    { caller }: RequestContext,
  ): Promise<ExportPage> {
    return exportOwnData(this.drafts, caller, after);
  }

  @Responds(contracts.casesHeldBy)
  heldBy(
    input: InputOf<typeof contracts.casesHeldBy>,
    { caller }: RequestContext,
  ): Promise<ReplyOf<typeof contracts.casesHeldBy>> {
    return casesHeldBy(this.service, caller, input);
  }

  @Consumes(contracts.memberErased)
  erased(event: DataOf<typeof contracts.memberErased>, context: EventContext): Promise<void> {
    return eraseMember(this.service, context, event);
  }
}
