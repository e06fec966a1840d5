import { Controller } from '@nestjs/common';
import { Responds, ServiceContext, type RequestContext } from '@definitivedx/bus';
import * as contracts from '@definitivedx/contracts';
import type { InputOf } from '@definitivedx/contracts';
import { acceptText } from '../commands/accept-text.js';
import { identifyMember } from '../commands/identify-member.js';
import { linkIdentity } from '../commands/link-identity.js';
import { publishText } from '../commands/publish-text.js';
import { currentTexts } from '../queries/current-texts.js';
import { myIdentities } from '../queries/my-identities.js';

/** Who somebody is, and what they have consented to. */
@Controller()
export class IdentityDoor {
  constructor(private readonly service: ServiceContext) {}

  @Responds(contracts.identifyMember)
  identifyMember(input: InputOf<typeof contracts.identifyMember>, { caller }: RequestContext) {
    return identifyMember(this.service, caller, input);
  }

  @Responds(contracts.linkIdentity)
  linkIdentity(input: InputOf<typeof contracts.linkIdentity>, { caller }: RequestContext) {
    return linkIdentity(this.service, caller, input);
  }

  @Responds(contracts.myIdentities)
  myIdentities(_input: InputOf<typeof contracts.myIdentities>, { caller }: RequestContext) {
    return myIdentities(this.service, caller);
  }

  @Responds(contracts.publishText)
  publishText(input: InputOf<typeof contracts.publishText>, { caller }: RequestContext) {
    return publishText(this.service, caller, input);
  }

  @Responds(contracts.currentTexts)
  currentTexts(_input: InputOf<typeof contracts.currentTexts>, { caller }: RequestContext) {
    return currentTexts(this.service, caller);
  }

  @Responds(contracts.acceptText)
  acceptText(input: InputOf<typeof contracts.acceptText>, { caller }: RequestContext) {
    return acceptText(this.service, caller, input);
  }
}
