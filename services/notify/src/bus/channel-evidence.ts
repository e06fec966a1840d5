import { Controller } from '@nestjs/common';
import { Responds, ServiceContext, type RequestContext } from '@definitivedx/bus';
import * as contracts from '@definitivedx/contracts';
import type { InputOf } from '@definitivedx/contracts';
import { channelEvidence } from '../queries/channel-evidence.js';

/** What was sent and arrived, for conformance runs. */
@Controller()
export class ChannelEvidenceDoor {
  constructor(private readonly service: ServiceContext) {}

  @Responds(contracts.channelEvidence)
  evidence(input: InputOf<typeof contracts.channelEvidence>, { caller }: RequestContext) {
    return channelEvidence(this.service, caller, input);
  }
}
