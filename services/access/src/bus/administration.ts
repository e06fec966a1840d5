import { Controller } from '@nestjs/common';
import { Responds, ServiceContext, type RequestContext } from '@definitivedx/bus';
import * as contracts from '@definitivedx/contracts';
import type { InputOf } from '@definitivedx/contracts';
import { addMember } from '../commands/members/add-member.js';
import { changeMember } from '../commands/members/change-member.js';
import { endPlace, reopenPlace } from '../commands/members/end-place.js';
import { setAccount } from '../commands/members/set-account.js';
import { changePanel, closePanel, createPanel } from '../commands/panels/keep-panel.js';
import { answerPanelOffer, offerPanel, withdrawPanelOffer } from '../commands/panels/offers.js';
import { addPanelMembers, removePanelMember } from '../commands/panels/panel-members.js';
import { getMember, listMembers } from '../queries/members.js';
import { getOwnPanel, listOwnPanels, listPanelOffers } from '../queries/own-panels.js';

/** An organisation's own members and panels, for who administers it. */
@Controller()
export class AdministrationDoor {
  constructor(private readonly service: ServiceContext) {}

  @Responds(contracts.listMembers)
  listMembers(input: InputOf<typeof contracts.listMembers>, { caller }: RequestContext) {
    return listMembers(this.service, caller, input);
  }

  @Responds(contracts.getMember)
  getMember(input: InputOf<typeof contracts.getMember>, { caller }: RequestContext) {
    return getMember(this.service, caller, input);
  }

  @Responds(contracts.addMember)
  addMember(input: InputOf<typeof contracts.addMember>, { caller }: RequestContext) {
    return addMember(this.service, caller, input);
  }

  @Responds(contracts.changeMember)
  changeMember(input: InputOf<typeof contracts.changeMember>, { caller }: RequestContext) {
    return changeMember(this.service, caller, input);
  }

  @Responds(contracts.endPlace)
  endPlace(input: InputOf<typeof contracts.endPlace>, { caller }: RequestContext) {
    return endPlace(this.service, caller, input);
  }

  @Responds(contracts.reopenPlace)
  reopenPlace(input: InputOf<typeof contracts.reopenPlace>, { caller }: RequestContext) {
    return reopenPlace(this.service, caller, input);
  }

  @Responds(contracts.setAccount)
  setAccount(input: InputOf<typeof contracts.setAccount>, { caller }: RequestContext) {
    return setAccount(this.service, caller, input);
  }

  @Responds(contracts.listOwnPanels)
  listOwnPanels(_input: InputOf<typeof contracts.listOwnPanels>, { caller }: RequestContext) {
    return listOwnPanels(this.service, caller);
  }

  @Responds(contracts.getOwnPanel)
  getOwnPanel(input: InputOf<typeof contracts.getOwnPanel>, { caller }: RequestContext) {
    return getOwnPanel(this.service, caller, input);
  }

  @Responds(contracts.createPanel)
  createPanel(input: InputOf<typeof contracts.createPanel>, { caller }: RequestContext) {
    return createPanel(this.service, caller, input);
  }

  @Responds(contracts.changePanel)
  changePanel(input: InputOf<typeof contracts.changePanel>, { caller }: RequestContext) {
    return changePanel(this.service, caller, input);
  }

  @Responds(contracts.addPanelMembers)
  addPanelMembers(input: InputOf<typeof contracts.addPanelMembers>, { caller }: RequestContext) {
    return addPanelMembers(this.service, caller, input);
  }

  @Responds(contracts.removePanelMember)
  removePanelMember(input: InputOf<typeof contracts.removePanelMember>, { caller }: RequestContext) {
    return removePanelMember(this.service, caller, input);
  }

  @Responds(contracts.closePanel)
  closePanel(input: InputOf<typeof contracts.closePanel>, { caller }: RequestContext) {
    return closePanel(this.service, caller, input);
  }

  @Responds(contracts.offerPanel)
  offerPanel(input: InputOf<typeof contracts.offerPanel>, { caller }: RequestContext) {
    return offerPanel(this.service, caller, input);
  }

  @Responds(contracts.withdrawPanelOffer)
  withdrawPanelOffer(input: InputOf<typeof contracts.withdrawPanelOffer>, { caller }: RequestContext) {
    return withdrawPanelOffer(this.service, caller, input);
  }

  @Responds(contracts.listPanelOffers)
  listPanelOffers(_input: InputOf<typeof contracts.listPanelOffers>, { caller }: RequestContext) {
    return listPanelOffers(this.service, caller);
  }

  @Responds(contracts.answerPanelOffer)
  answerPanelOffer(input: InputOf<typeof contracts.answerPanelOffer>, { caller }: RequestContext) {
    return answerPanelOffer(this.service, caller, input);
  }
}
