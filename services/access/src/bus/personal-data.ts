import { Controller } from '@nestjs/common';
import { Consumes, EventContext, RequestContext, Responds, ServiceContext } from '@definitivedx/bus';
import * as contracts from '@definitivedx/contracts';
import type { DataOf, ExportPage, InputOf } from '@definitivedx/contracts';
import { eraseLeaver, eraseMember } from '../commands/members/erase-member.js';
import { erasedAtGateway } from '../commands/note-erased-part.js';
import { exportOwnData } from '../commands/export-own-data.js';
import { requestErasure } from '../commands/request-erasure.js';
import { keepErasedPart } from '../data/erasures.js';
import { erasureReport, erasuresAtGateway } from '../queries/erasure-report.js';

/** What this service keeps about its members: for themselves, and until they are erased. */
@Controller()
export class PersonalDataDoor {
  constructor(private readonly service: ServiceContext) {}

  @Responds(contracts.exportMember('access'))
  exportMember(
    { after }: InputOf<ReturnType<typeof contracts.exportMember>>,
    { caller }: RequestContext,
  ): Promise<ExportPage> {
    return exportOwnData(this.service, caller, after);
  }

  @Responds(contracts.requestErasure)
  requestErasure(_input: InputOf<typeof contracts.requestErasure>, { caller }: RequestContext) {
    return requestErasure(this.service, caller);
  }

  @Responds(contracts.eraseMember)
  eraseMember(input: InputOf<typeof contracts.eraseMember>, { caller }: RequestContext) {
    return eraseMember(this.service, caller, input);
  }

  @Responds(contracts.eraseLeaver)
  eraseLeaver(input: InputOf<typeof contracts.eraseLeaver>, { caller }: RequestContext) {
    return eraseLeaver(this.service, caller, input);
  }

  @Responds(contracts.erasureReport)
  erasureReport(input: InputOf<typeof contracts.erasureReport>, { caller }: RequestContext) {
    return erasureReport(this.service, caller, input);
  }

  @Responds(contracts.erasuresAtGateway)
  erasuresAtGateway(_input: InputOf<typeof contracts.erasuresAtGateway>, _context: RequestContext) {
    return erasuresAtGateway(this.service);
  }

  @Responds(contracts.erasedAtGateway)
  erasedAtGateway(input: InputOf<typeof contracts.erasedAtGateway>, _context: RequestContext) {
    return erasedAtGateway(this.service, input);
  }

  @Consumes(contracts.erasedInCases)
  erasedInCases(event: DataOf<typeof contracts.erasedInCases>, { tx }: EventContext): void {
    keepErasedPart(tx, { ...event, service: 'cases', at: new Date(event.at) });
  }

  @Consumes(contracts.erasedInNotify)
  erasedInNotify(event: DataOf<typeof contracts.erasedInNotify>, { tx }: EventContext): void {
    keepErasedPart(tx, { ...event, service: 'notify', at: new Date(event.at) });
  }
}
