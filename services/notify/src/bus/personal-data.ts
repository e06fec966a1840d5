import { Controller } from '@nestjs/common';
import {
  Consumes,
  EventContext,
  exportPage,
  RequestContext,
  Responds,
  ServiceContext,
} from '@definitivedx/bus';
import * as contracts from '@definitivedx/contracts';
import type { DataOf, ExportPage, InputOf, ReplyOf } from '@definitivedx/contracts';
import { eraseMember } from '../commands/erase-member.js';
import { memberSections } from '../data/member-export.js';
import { dutiesHeldBy } from '../queries/duties-held-by.js';

/** What this service keeps about its members: for themselves, and until they are erased. */
@Controller()
export class PersonalDataDoor {
  constructor(private readonly service: ServiceContext) {}

  @Responds(contracts.exportMember('notify'))
  exportMember(
    { after }: InputOf<ReturnType<typeof contracts.exportMember>>,
    { caller }: RequestContext,
  ): Promise<ExportPage> {
    return exportPage(this.service.db, memberSections, caller, after);
  }

  @Responds(contracts.dutiesHeldBy)
  heldBy(
    input: InputOf<typeof contracts.dutiesHeldBy>,
    { caller }: RequestContext,
  ): Promise<ReplyOf<typeof contracts.dutiesHeldBy>> {
    return dutiesHeldBy(this.service, caller, input);
  }

  @Consumes(contracts.memberErased)
  erased(event: DataOf<typeof contracts.memberErased>, context: EventContext): Promise<void> {
    return eraseMember(this.service, context, event);
  }
}
