import { Controller } from '@nestjs/common';
import { Responds, ServiceContext, type RequestContext } from '@definitivedx/bus';
import * as contracts from '@definitivedx/contracts';
import type { InputOf } from '@definitivedx/contracts';
import {
  auditLeaves,
  auditStrays,
  caseAuditLeaves,
  organisationAuditLeaves,
  partOfAudit,
} from '../queries/audit-leaves.js';
import { auditTree } from '../queries/audit-tree.js';
import { searchCaseAudit, searchOrganisationAudit, searchPlatformAudit } from '../queries/search-audit.js';

/** The audit: searched, and handed out with proof that it is what was written. */
@Controller()
export class AuditDoor {
  constructor(private readonly service: ServiceContext) {}

  @Responds(contracts.auditTree)
  auditTree(input: InputOf<typeof contracts.auditTree>, { caller }: RequestContext) {
    return auditTree(this.service, caller, input);
  }

  @Responds(contracts.auditLeaves)
  auditLeaves(input: InputOf<typeof contracts.auditLeaves>, { caller }: RequestContext) {
    return auditLeaves(this.service, caller, input);
  }

  @Responds(contracts.auditStrays)
  auditStrays(input: InputOf<typeof contracts.auditStrays>, { caller }: RequestContext) {
    return auditStrays(this.service, caller, input);
  }

  @Responds(contracts.partOfAudit)
  partOfAudit(input: InputOf<typeof contracts.partOfAudit>, { caller }: RequestContext) {
    return partOfAudit(this.service, caller, input);
  }

  @Responds(contracts.caseAuditLeaves)
  caseAuditLeaves(input: InputOf<typeof contracts.caseAuditLeaves>, { caller }: RequestContext) {
    return caseAuditLeaves(this.service, caller, input);
  }

  @Responds(contracts.organisationAuditLeaves)
  organisationAuditLeaves(
    input: InputOf<typeof contracts.organisationAuditLeaves>,
    { caller }: RequestContext,
  ) {
    return organisationAuditLeaves(this.service, caller, input);
  }

  @Responds(contracts.searchCaseAudit)
  searchCaseAudit(input: InputOf<typeof contracts.searchCaseAudit>, { caller }: RequestContext) {
    return searchCaseAudit(this.service, caller, input);
  }

  @Responds(contracts.searchOrganisationAudit)
  searchOrganisationAudit(
    input: InputOf<typeof contracts.searchOrganisationAudit>,
    { caller }: RequestContext,
  ) {
    return searchOrganisationAudit(this.service, caller, input);
  }

  @Responds(contracts.searchPlatformAudit)
  searchPlatformAudit(input: InputOf<typeof contracts.searchPlatformAudit>, { caller }: RequestContext) {
    return searchPlatformAudit(this.service, caller, input);
  }
}
