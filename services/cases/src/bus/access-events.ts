import { Consumes, EventContext, ServiceContext } from '@definitivedx/bus';
import * as contracts from '@definitivedx/contracts';
import type { DataOf } from '@definitivedx/contracts';
import { Controller } from '@nestjs/common';
import { panelIsLedAnew, panelWasClosed, panelWasLeft, placeHasEnded } from '../commands/note-departures.js';
import { CaseTimers } from '../work/timers.js';

/** Who leaves a place or a panel, and panels that close, for the cases that they answer for. */
@Controller()
export class AccessEvents {
  constructor(
    private readonly service: ServiceContext,
    private readonly timers: CaseTimers,
  ) {}

  @Consumes(contracts.placeEnded)
  async placeEnded(event: DataOf<typeof contracts.placeEnded>, context: EventContext): Promise<void> {
    await placeHasEnded(this.service, context, event);
    this.lookAfter(context);
  }

  @Consumes(contracts.panelLeft)
  panelLeft(event: DataOf<typeof contracts.panelLeft>, context: EventContext): void {
    panelWasLeft(this.service, context, event);
    this.lookAfter(context);
  }

  @Consumes(contracts.panelClosed)
  panelClosed(event: DataOf<typeof contracts.panelClosed>, context: EventContext): void {
    panelWasClosed(this.service, context, event);
    this.lookAfter(context);
  }

  @Consumes(contracts.panelLedAnew)
  panelLedAnew(event: DataOf<typeof contracts.panelLedAnew>, context: EventContext): void {
    panelIsLedAnew(this.service, context, event);
    this.lookAfter(context);
  }

  /** At once instead of at the next second. */
  private lookAfter(context: EventContext): void {
    context.afterCommit(() => {
      this.timers.wake();
    });
  }
}
