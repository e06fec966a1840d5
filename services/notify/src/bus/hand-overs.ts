import { Controller } from '@nestjs/common';
import { RequestContext, Responds, ServiceContext } from '@definitivedx/bus';
import * as contracts from '@definitivedx/contracts';
import { takeOverShift } from '../commands/take-over-shift.js';
import { myHandOvers } from '../queries/my-hand-overs.js';
import { NotifyTimers } from '../work/timers.js';

/** Hand-overs, for the doctors between whom they are. */
@Controller()
export class HandOversDoor {
  constructor(
    private readonly service: ServiceContext,
    private readonly timekeeper: NotifyTimers,
  ) {}

  @Responds(contracts.myHandOvers)
  mine(
    _input: contracts.InputOf<typeof contracts.myHandOvers>,
    { caller }: RequestContext,
  ): Promise<contracts.ReplyOf<typeof contracts.myHandOvers>> {
    return myHandOvers(this.service, caller);
  }

  @Responds(contracts.takeOverShift)
  takeOver(
    input: contracts.InputOf<typeof contracts.takeOverShift>,
    { caller }: RequestContext,
  ): Promise<contracts.ReplyOf<typeof contracts.takeOverShift>> {
    return takeOverShift(this.service, this.timekeeper, caller, input);
  }
}
