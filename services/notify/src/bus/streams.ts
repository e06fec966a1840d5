import { Controller } from '@nestjs/common';
import { RequestContext, Responds, ServiceContext } from '@definitivedx/bus';
import { streamEntries as contract, type InputOf, type ReplyOf } from '@definitivedx/contracts';
import { streamEntries } from '../queries/stream-entries.js';

/** Members' own streams. */
@Controller()
export class StreamsDoor {
  constructor(private readonly service: ServiceContext) {}

  @Responds(contract)
  entries(input: InputOf<typeof contract>, { caller }: RequestContext): Promise<ReplyOf<typeof contract>> {
    return streamEntries(this.service, caller, input);
  }
}
