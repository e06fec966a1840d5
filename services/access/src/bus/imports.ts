import { Controller } from '@nestjs/common';
import { Responds, ServiceContext, type RequestContext } from '@definitivedx/bus';
import * as contracts from '@definitivedx/contracts';
import type { InputOf } from '@definitivedx/contracts';
import { getMemberImport, listMemberImports } from '../queries/imports.js';

/** Imports of members, for who follows them. The files come in over HTTP. */
@Controller()
export class ImportsDoor {
  constructor(private readonly service: ServiceContext) {}

  @Responds(contracts.getMemberImport)
  getMemberImport(input: InputOf<typeof contracts.getMemberImport>, { caller }: RequestContext) {
    return getMemberImport(this.service, caller, input);
  }

  @Responds(contracts.listMemberImports)
  listMemberImports(_input: InputOf<typeof contracts.listMemberImports>, { caller }: RequestContext) {
    return listMemberImports(this.service, caller);
  }
}
