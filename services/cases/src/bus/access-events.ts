import { Consumes, EventContext, ServiceContext } from '@definitivedx/bus';
import * as contracts from '@definitivedx/contracts';
import type { DataOf } from '@definitivedx/contracts';
import { Controller } from '@nestjs/common';
import {
  panelIsLedAnew,
  panelWasClosed,
  placeHasEnded,
  standingWasLost,
} from '../commands/note-departures.js';
import { teachingWasTurnedOff } from '../commands/teaching.js';
import { CaseTimers } from '../work/timers.js';

/** Who leaves a place or a panel, or is a specialist no more, and panels that close, for the cases that they answer for. */
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
    standingWasLost(this.service, context, event);
    this.lookAfter(context);
  }

  @Consumes(contracts.specialistEnded)
  specialistEnded(event: DataOf<typeof contracts.specialistEnded>, context: EventContext): void {
    standingWasLost(this.service, context, event);
    this.lookAfter(context);
  }

  @Consumes(contracts.teachingTurnedOff)
  teachingTurnedOff(event: DataOf<typeof contracts.teachingTurnedOff>, context: EventContext): void {
    teachingWasTurnedOff(this.service, context, event);
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
