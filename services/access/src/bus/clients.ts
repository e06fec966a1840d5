import { Controller } from '@nestjs/common';
import { Consumes, Responds, type EventContext, type RequestContext } from '@definitivedx/bus';
import * as contracts from '@definitivedx/contracts';
import type { DataOf, InputOf } from '@definitivedx/contracts';
import { ClientsContext } from '../clients-context.js';
import { appendWebhookAct } from '../commands/append-webhook-act.js';
import { noteClientToken } from '../commands/note-client-token.js';
import { registerClient } from '../commands/register-client.js';
import { replaceClientKeys } from '../commands/replace-client-keys.js';
import { revokeClient } from '../commands/revoke-client.js';
import { createScimToken, revokeScimToken } from '../commands/scim-tokens.js';
import { identifyClient, identifyScimToken } from '../queries/identify-client.js';
import { listClients } from '../queries/list-clients.js';

/** Programs that act for an organisation. */
@Controller()
export class ClientsDoor {
  constructor(private readonly context: ClientsContext) {}

  @Responds(contracts.listClients)
  list(_input: InputOf<typeof contracts.listClients>, { caller }: RequestContext) {
    return listClients(this.context.service, caller);
  }

  @Responds(contracts.registerClient)
  register(input: InputOf<typeof contracts.registerClient>, { caller }: RequestContext) {
    return registerClient(this.context, caller, input);
  }

  @Responds(contracts.replaceClientKeys)
  replaceKeys(input: InputOf<typeof contracts.replaceClientKeys>, { caller }: RequestContext) {
    return replaceClientKeys(this.context, caller, input);
  }

  @Responds(contracts.revokeClient)
  revoke(input: InputOf<typeof contracts.revokeClient>, { caller }: RequestContext) {
    return revokeClient(this.context.service, caller, input);
  }

  @Responds(contracts.createScimToken)
  createScimToken(input: InputOf<typeof contracts.createScimToken>, { caller }: RequestContext) {
    return createScimToken(this.context.service, caller, input);
  }

  @Responds(contracts.revokeScimToken)
  revokeScimToken(input: InputOf<typeof contracts.revokeScimToken>, { caller }: RequestContext) {
    return revokeScimToken(this.context.service, caller, input);
  }

  @Responds(contracts.identifyClient)
  identify(input: InputOf<typeof contracts.identifyClient>, { caller }: RequestContext) {
    return identifyClient(this.context.service, caller, input);
  }

  @Responds(contracts.identifyScimToken)
  identifyScimToken(input: InputOf<typeof contracts.identifyScimToken>, { caller }: RequestContext) {
    return identifyScimToken(this.context.service, caller, input);
  }

  @Responds(contracts.noteClientToken)
  noteToken(input: InputOf<typeof contracts.noteClientToken>, { caller }: RequestContext) {
    return noteClientToken(this.context.service, caller, input);
  }

  @Consumes(contracts.webhookActed)
  webhookActed(data: DataOf<typeof contracts.webhookActed>, context: EventContext): void {
    appendWebhookAct(context, data);
  }
}
