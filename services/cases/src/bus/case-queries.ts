import { RequestContext, Responds, ServiceContext } from '@definitivedx/bus';
import * as contracts from '@definitivedx/contracts';
import type { InputOf, ReplyOf } from '@definitivedx/contracts';
import { Controller } from '@nestjs/common';
import { casesToHandOver } from '../queries/cases-to-hand-over.js';
import { exportCases } from '../queries/export-cases.js';
import { getCase } from '../queries/get-case.js';

@Controller()
export class CaseQueries {
  constructor(private readonly service: ServiceContext) {}

  @Responds(contracts.getCase)
  get(
    input: InputOf<typeof contracts.getCase>,
    { caller }: RequestContext,
  ): Promise<ReplyOf<typeof contracts.getCase>> {
    return getCase(this.service, caller, input);
  }

  @Responds(contracts.casesToHandOver)
  toHandOver(
    input: InputOf<typeof contracts.casesToHandOver>,
    { caller }: RequestContext,
  ): Promise<ReplyOf<typeof contracts.casesToHandOver>> {
    return casesToHandOver(this.service, caller, input);
  }

  @Responds(contracts.exportCases)
  export(
    input: InputOf<typeof contracts.exportCases>,
    { caller }: RequestContext,
  ): Promise<ReplyOf<typeof contracts.exportCases>> {
    return exportCases(this.service, caller, input);
  }
}
