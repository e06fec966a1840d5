import { Controller } from '@nestjs/common';
import { Responds, ServiceContext, type RequestContext } from '@definitivedx/bus';
import * as contracts from '@definitivedx/contracts';
import type { InputOf } from '@definitivedx/contracts';
import { createGroup, deleteGroup, patchGroup, replaceGroup } from '../commands/scim/groups.js';
import { createUser, deleteUser, patchUser, replaceUser } from '../commands/scim/users.js';
import { scimFind, scimGet } from '../queries/scim.js';

/** Provisioning by SCIM: users are members, groups are panels. */
@Controller()
export class ScimDoor {
  constructor(private readonly service: ServiceContext) {}

  @Responds(contracts.scimFind)
  find(input: InputOf<typeof contracts.scimFind>, { caller }: RequestContext) {
    return scimFind(this.service, caller, input);
  }

  @Responds(contracts.scimGet)
  get(input: InputOf<typeof contracts.scimGet>, { caller }: RequestContext) {
    return scimGet(this.service, caller, input);
  }

  @Responds(contracts.scimCreate)
  create(input: InputOf<typeof contracts.scimCreate>, { caller }: RequestContext) {
    return (input.kind === 'User' ? createUser : createGroup)(this.service, caller, input);
  }

  @Responds(contracts.scimReplace)
  replace(input: InputOf<typeof contracts.scimReplace>, { caller }: RequestContext) {
    return (input.kind === 'User' ? replaceUser : replaceGroup)(this.service, caller, input);
  }

  @Responds(contracts.scimPatch)
  patch(input: InputOf<typeof contracts.scimPatch>, { caller }: RequestContext) {
    return (input.kind === 'User' ? patchUser : patchGroup)(this.service, caller, input);
  }

  @Responds(contracts.scimDelete)
  delete(input: InputOf<typeof contracts.scimDelete>, { caller }: RequestContext) {
    return (input.kind === 'User' ? deleteUser : deleteGroup)(this.service, caller, input);
  }
}
