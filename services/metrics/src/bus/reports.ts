import { Controller } from '@nestjs/common';
import { RequestContext, Responds, ServiceContext } from '@definitivedx/bus';
import * as contracts from '@definitivedx/contracts';
import type { InputOf, ReplyOf } from '@definitivedx/contracts';
import { importBaseline } from '../commands/import-baseline.js';
import { exportFigures } from '../queries/export-figures.js';
import { outcomeReport } from '../queries/outcome-report.js';

/** The programme's figures and what they are compared with. */
@Controller()
export class ReportsDoor {
  constructor(private readonly service: ServiceContext) {}

  @Responds(contracts.outcomeReport)
  report(
    input: InputOf<typeof contracts.outcomeReport>,
    { caller }: RequestContext,
  ): Promise<ReplyOf<typeof contracts.outcomeReport>> {
    return outcomeReport(this.service, caller, input);
  }

  @Responds(contracts.importBaseline)
  importBaseline(
    input: InputOf<typeof contracts.importBaseline>,
    { caller }: RequestContext,
  ): Promise<ReplyOf<typeof contracts.importBaseline>> {
    return importBaseline(this.service, caller, input);
  }

  @Responds(contracts.exportFigures)
  exportFigures(
    input: InputOf<typeof contracts.exportFigures>,
    { caller }: RequestContext,
  ): Promise<ReplyOf<typeof contracts.exportFigures>> {
    return exportFigures(this.service, caller, input);
  }
}
