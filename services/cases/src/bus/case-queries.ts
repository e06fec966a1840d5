import { RequestContext, Responds, ServiceContext } from '@definitivedx/bus';
import * as contracts from '@definitivedx/contracts';
import type { InputOf, ReplyOf } from '@definitivedx/contracts';
import { Controller } from '@nestjs/common';
import { takeDocument } from '../commands/take-document.js';
import { caseForm } from '../queries/case-form.js';
import { casesToHandOver } from '../queries/cases-to-hand-over.js';
import { expectAnswer } from '../queries/expect-answer.js';
import { exportCases } from '../queries/export-cases.js';
import { getCase } from '../queries/get-case.js';
import { getTemplate } from '../queries/template.js';

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

  @Responds(contracts.takeCaseDocument)
  takeDocument(
    input: InputOf<typeof contracts.takeCaseDocument>,
    { caller }: RequestContext,
  ): Promise<ReplyOf<typeof contracts.takeCaseDocument>> {
    return takeDocument(this.service, caller, input);
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

  @Responds(contracts.caseForm)
  form(
    input: InputOf<typeof contracts.caseForm>,
    { caller }: RequestContext,
  ): Promise<ReplyOf<typeof contracts.caseForm>> {
    return caseForm(this.service, caller, input);
  }

  @Responds(contracts.expectAnswer)
  expectAnswer(
    input: InputOf<typeof contracts.expectAnswer>,
    { caller }: RequestContext,
  ): Promise<ReplyOf<typeof contracts.expectAnswer>> {
    return expectAnswer(this.service, caller, input);
  }

  @Responds(contracts.getTemplate)
  template(
    input: InputOf<typeof contracts.getTemplate>,
    { caller }: RequestContext,
  ): Promise<ReplyOf<typeof contracts.getTemplate>> {
    return getTemplate(this.service, caller, input);
  }
}
