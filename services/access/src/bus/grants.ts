import { Controller } from '@nestjs/common';
import {
  Consumes,
  Responds,
  ServiceContext,
  type EventContext,
  type RequestContext,
} from '@definitivedx/bus';
import * as contracts from '@definitivedx/contracts';
import type { DataOf, InputOf } from '@definitivedx/contracts';
import { appendAct } from '../commands/append-act.js';
import { restrictCase } from '../commands/restrict-case.js';
import { revoke } from '../commands/revoke.js';
import { setInviteOnly } from '../commands/set-invite-only.js';
import { rehearseShare, share } from '../commands/share.js';
import { askingSide, caseAnswerers } from '../queries/answering.js';
import { callerPrincipals } from '../queries/caller-principals.js';
import { caseOrganisations } from '../queries/case-organisations.js';
import { caseAudience } from '../queries/case-audience.js';
import { caseReaders } from '../queries/case-readers.js';
import { checkAccess } from '../queries/check-access.js';
import { previewShare } from '../queries/preview-share.js';
import { visibleCases, whoMaySee } from '../queries/who-may-see.js';

/** Who may see a case: giving, ending, deciding. */
@Controller()
export class GrantsDoor {
  constructor(private readonly service: ServiceContext) {}

  @Responds(contracts.shareCase)
  share(input: InputOf<typeof contracts.shareCase>, { caller }: RequestContext) {
    return share(this.service, caller, input);
  }

  @Responds(contracts.rehearseShare)
  rehearseShare(input: InputOf<typeof contracts.rehearseShare>, { caller }: RequestContext) {
    return rehearseShare(this.service, caller, input);
  }

  @Responds(contracts.revokeGrant)
  revoke(input: InputOf<typeof contracts.revokeGrant>, { caller }: RequestContext) {
    return revoke(this.service, caller, input);
  }

  @Responds(contracts.checkAccess)
  check(input: InputOf<typeof contracts.checkAccess>, { caller }: RequestContext) {
    return checkAccess(this.service, caller, input);
  }

  @Responds(contracts.whoMaySee)
  whoMaySee(input: InputOf<typeof contracts.whoMaySee>, { caller }: RequestContext) {
    return whoMaySee(this.service, caller, input);
  }

  @Responds(contracts.visibleCases)
  visibleCases(input: InputOf<typeof contracts.visibleCases>, { caller }: RequestContext) {
    return visibleCases(this.service, caller, input);
  }

  @Responds(contracts.caseAudience)
  caseAudience(input: InputOf<typeof contracts.caseAudience>, { caller }: RequestContext) {
    return caseAudience(this.service, caller, input);
  }

  @Responds(contracts.previewShare)
  previewShare(input: InputOf<typeof contracts.previewShare>, { caller }: RequestContext) {
    return previewShare(this.service, caller, input);
  }

  @Responds(contracts.caseReaders)
  caseReaders(input: InputOf<typeof contracts.caseReaders>, { caller }: RequestContext) {
    return caseReaders(this.service, caller, input);
  }

  @Responds(contracts.setInviteOnly)
  setInviteOnly(input: InputOf<typeof contracts.setInviteOnly>, { caller }: RequestContext) {
    return setInviteOnly(this.service, caller, input);
  }

  @Responds(contracts.caseOrganisations)
  caseOrganisations(input: InputOf<typeof contracts.caseOrganisations>, { caller }: RequestContext) {
    return caseOrganisations(this.service, caller, input);
  }

  @Responds(contracts.caseAnswerers)
  caseAnswerers(input: InputOf<typeof contracts.caseAnswerers>, { caller }: RequestContext) {
    return caseAnswerers(this.service, caller, input);
  }

  @Responds(contracts.askingSide)
  askingSide(input: InputOf<typeof contracts.askingSide>, { caller }: RequestContext) {
    return askingSide(this.service, caller, input);
  }

  @Responds(contracts.restrictCase)
  restrictCase(input: InputOf<typeof contracts.restrictCase>, { caller }: RequestContext) {
    return restrictCase(this.service, caller, input);
  }

  @Responds(contracts.callerPrincipals)
  callerPrincipals(_input: InputOf<typeof contracts.callerPrincipals>, { caller }: RequestContext) {
    return callerPrincipals(this.service, caller);
  }

  @Consumes(contracts.caseActed)
  caseActed(data: DataOf<typeof contracts.caseActed>, context: EventContext): void {
    appendAct(context, data);
  }
}
