import { Controller } from '@nestjs/common';
import { RequestContext, Responds, ServiceContext } from '@definitivedx/bus';
import * as contracts from '@definitivedx/contracts';
import { setOverride } from '../commands/set-override.js';
import { setRota } from '../commands/set-rota.js';
import { whoIsOnCall } from '../queries/who-is-on-call.js';
import { NotifyTimers } from '../work/timers.js';

type Input<C extends contracts.RequestContract> = contracts.InputOf<C>;
type Reply<C extends contracts.RequestContract> = Promise<contracts.ReplyOf<C>>;

/** Rotas, overrides and who is on call. */
@Controller()
export class OnCallDoor {
  constructor(
    private readonly service: ServiceContext,
    private readonly timekeeper: NotifyTimers,
  ) {}

  @Responds(contracts.setRota)
  setRota(
    input: Input<typeof contracts.setRota>,
    { caller }: RequestContext,
  ): Reply<typeof contracts.setRota> {
    return setRota(this.service, this.timekeeper, caller, input);
  }

  @Responds(contracts.setOverride)
  setOverride(
    input: Input<typeof contracts.setOverride>,
    { caller }: RequestContext,
  ): Reply<typeof contracts.setOverride> {
    return setOverride(this.service, this.timekeeper, caller, input);
  }

  @Responds(contracts.whoIsOnCall)
  whoIsOnCall(
    input: Input<typeof contracts.whoIsOnCall>,
    { caller }: RequestContext,
  ): Reply<typeof contracts.whoIsOnCall> {
    return whoIsOnCall(this.service, caller, input);
  }
}
