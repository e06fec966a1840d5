import { Controller } from '@nestjs/common';
import { Responds, ServiceContext, type RequestContext } from '@definitivedx/bus';
import * as contracts from '@definitivedx/contracts';
import type { InputOf } from '@definitivedx/contracts';
import { withdrawConsent } from '../commands/withdraw-consent.js';
import { consentRecord, textByVersion, textVersions } from '../queries/text-versions.js';

/** The texts through time, and consent that ends. */
@Controller()
export class ConsentDoor {
  constructor(private readonly service: ServiceContext) {}

  @Responds(contracts.textVersions)
  textVersions(_input: InputOf<typeof contracts.textVersions>, { caller }: RequestContext) {
    return textVersions(this.service, caller);
  }

  @Responds(contracts.textByVersion)
  textByVersion(input: InputOf<typeof contracts.textByVersion>, { caller }: RequestContext) {
    return textByVersion(this.service, caller, input);
  }

  @Responds(contracts.withdrawConsent)
  withdrawConsent(input: InputOf<typeof contracts.withdrawConsent>, { caller }: RequestContext) {
    return withdrawConsent(this.service, caller, input);
  }

  @Responds(contracts.consentRecord)
  consentRecord(_input: InputOf<typeof contracts.consentRecord>, { caller }: RequestContext) {
    return consentRecord(this.service, caller);
  }
}
