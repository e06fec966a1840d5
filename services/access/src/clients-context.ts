import { Injectable } from '@nestjs/common';
import { ServiceContext } from '@definitivedx/bus';
import { Egress } from '@definitivedx/egress';

/** What the commands about programs work with: the service, and the way to addresses that they name. */
@Injectable()
export class ClientsContext {
  constructor(
    readonly service: ServiceContext,
    readonly egress: Egress,
  ) {}
}
