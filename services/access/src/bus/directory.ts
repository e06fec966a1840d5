import { Controller } from '@nestjs/common';
import { Responds, ServiceContext, type RequestContext } from '@definitivedx/bus';
import * as contracts from '@definitivedx/contracts';
import type { InputOf } from '@definitivedx/contracts';
import { registerMember } from '../commands/register-member.js';
import { registerOrganisation } from '../commands/register-organisation.js';
import { registerPanel } from '../commands/register-panel.js';
import { findMembers } from '../queries/find-members.js';
import { listPanels } from '../queries/list-panels.js';
import { memberContacts } from '../queries/member-contacts.js';
import { namesOf } from '../queries/names-of.js';
import { panelsByIds } from '../queries/panels-by-ids.js';

/** Organisations, members and panels. */
@Controller()
export class DirectoryDoor {
  constructor(private readonly service: ServiceContext) {}

  @Responds(contracts.registerOrganisation)
  registerOrganisation(input: InputOf<typeof contracts.registerOrganisation>, { caller }: RequestContext) {
    return registerOrganisation(this.service, caller, input);
  }

  @Responds(contracts.registerMember)
  registerMember(input: InputOf<typeof contracts.registerMember>, { caller }: RequestContext) {
    return registerMember(this.service, caller, input);
  }

  @Responds(contracts.registerPanel)
  registerPanel(input: InputOf<typeof contracts.registerPanel>, { caller }: RequestContext) {
    return registerPanel(this.service, caller, input);
  }

  @Responds(contracts.listPanels)
  listPanels(_input: InputOf<typeof contracts.listPanels>, { caller }: RequestContext) {
    return listPanels(this.service, caller);
  }

  @Responds(contracts.panelsByIds)
  panelsByIds(input: InputOf<typeof contracts.panelsByIds>, { caller }: RequestContext) {
    return panelsByIds(this.service, caller, input);
  }

  @Responds(contracts.namesOf)
  namesOf(input: InputOf<typeof contracts.namesOf>, { caller }: RequestContext) {
    return namesOf(this.service, caller, input);
  }

  @Responds(contracts.findMembers)
  findMembers(input: InputOf<typeof contracts.findMembers>, { caller }: RequestContext) {
    return findMembers(this.service, caller, input);
  }

  @Responds(contracts.memberContacts)
  memberContacts(input: InputOf<typeof contracts.memberContacts>, { caller }: RequestContext) {
    return memberContacts(this.service, caller, input);
  }
}
