import { Controller } from '@nestjs/common';
import { Responds, ServiceContext, type RequestContext } from '@definitivedx/bus';
import * as contracts from '@definitivedx/contracts';
import type { InputOf } from '@definitivedx/contracts';
import { registerIssuer } from '../commands/register-issuer.js';
import { issuersOfOrganisation, listIssuers, stillActing } from '../queries/issuers.js';

/** Whose sign-ins count, and for which organisations. */
@Controller()
export class IssuersDoor {
  constructor(private readonly service: ServiceContext) {}

  @Responds(contracts.registerIssuer)
  registerIssuer(input: InputOf<typeof contracts.registerIssuer>, { caller }: RequestContext) {
    return registerIssuer(this.service, caller, input);
  }

  @Responds(contracts.listIssuers)
  listIssuers(_input: InputOf<typeof contracts.listIssuers>, { caller }: RequestContext) {
    return listIssuers(this.service, caller);
  }

  @Responds(contracts.issuersOfOrganisation)
  issuersOfOrganisation(input: InputOf<typeof contracts.issuersOfOrganisation>, { caller }: RequestContext) {
    return issuersOfOrganisation(this.service, caller, input);
  }

  @Responds(contracts.stillActing)
  stillActing(input: InputOf<typeof contracts.stillActing>, { caller }: RequestContext) {
    return stillActing(this.service, caller, input);
  }
}
