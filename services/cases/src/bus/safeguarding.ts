import { RequestContext, Responds, ServiceContext } from '@definitivedx/bus';
import * as contracts from '@definitivedx/contracts';
import type { InputOf, ReplyOf } from '@definitivedx/contracts';
import { Controller } from '@nestjs/common';
import { clearFlag, flagCase } from '../commands/flags.js';
import { setLocalContacts } from '../commands/local-contacts.js';
import { endTeaching, offerForTeaching } from '../commands/teaching.js';
import { caseFlags, getLocalContacts } from '../queries/case-flags.js';
import { caseTeaching, getTeaching, listTeaching } from '../queries/teaching.js';

/** What keeps a case among invited people, and what may be learnt from it by all. */
@Controller()
export class SafeguardingDoor {
  constructor(private readonly service: ServiceContext) {}

  @Responds(contracts.caseFlags)
  caseFlags(
    input: InputOf<typeof contracts.caseFlags>,
    { caller }: RequestContext,
  ): Promise<ReplyOf<typeof contracts.caseFlags>> {
    return caseFlags(this.service, caller, input);
  }

  @Responds(contracts.flagCase)
  flagCase(
    input: InputOf<typeof contracts.flagCase>,
    { caller }: RequestContext,
  ): Promise<ReplyOf<typeof contracts.flagCase>> {
    return flagCase(this.service, caller, input);
  }

  @Responds(contracts.clearFlag)
  clearFlag(
    input: InputOf<typeof contracts.clearFlag>,
    { caller }: RequestContext,
  ): Promise<ReplyOf<typeof contracts.clearFlag>> {
    return clearFlag(this.service, caller, input);
  }

  @Responds(contracts.getLocalContacts)
  getLocalContacts(
    _input: InputOf<typeof contracts.getLocalContacts>,
    { caller }: RequestContext,
  ): Promise<ReplyOf<typeof contracts.getLocalContacts>> {
    return getLocalContacts(this.service, caller);
  }

  @Responds(contracts.setLocalContacts)
  setLocalContacts(
    input: InputOf<typeof contracts.setLocalContacts>,
    { caller }: RequestContext,
  ): Promise<ReplyOf<typeof contracts.setLocalContacts>> {
    return setLocalContacts(this.service, caller, input);
  }

  @Responds(contracts.offerForTeaching)
  offerForTeaching(
    input: InputOf<typeof contracts.offerForTeaching>,
    { caller }: RequestContext,
  ): Promise<ReplyOf<typeof contracts.offerForTeaching>> {
    return offerForTeaching(this.service, caller, input);
  }

  @Responds(contracts.endTeaching)
  endTeaching(
    input: InputOf<typeof contracts.endTeaching>,
    { caller }: RequestContext,
  ): Promise<ReplyOf<typeof contracts.endTeaching>> {
    return endTeaching(this.service, caller, input);
  }

  @Responds(contracts.caseTeaching)
  caseTeaching(
    input: InputOf<typeof contracts.caseTeaching>,
    { caller }: RequestContext,
  ): Promise<ReplyOf<typeof contracts.caseTeaching>> {
    return caseTeaching(this.service, caller, input);
  }

  @Responds(contracts.listTeaching)
  listTeaching(
    input: InputOf<typeof contracts.listTeaching>,
    { caller }: RequestContext,
  ): Promise<ReplyOf<typeof contracts.listTeaching>> {
    return listTeaching(this.service, caller, input);
  }

  @Responds(contracts.getTeaching)
  getTeaching(
    input: InputOf<typeof contracts.getTeaching>,
    { caller }: RequestContext,
  ): Promise<ReplyOf<typeof contracts.getTeaching>> {
    return getTeaching(this.service, caller, input);
  }
}
