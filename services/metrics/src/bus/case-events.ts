import { Controller } from '@nestjs/common';
import { Consumes, EventContext } from '@definitivedx/bus';
import { caseAnswered, caseAsked, caseEnded, type DataOf } from '@definitivedx/contracts';
import { saveAnswered, saveAsked, saveEnded } from '../data/case-facts.js';

/** What happens to cases, as far as the programme is measured by it. */
@Controller()
export class CaseEvents {
  @Consumes(caseAsked)
  asked(event: DataOf<typeof caseAsked>, { tx }: EventContext): void {
    saveAsked(tx, event);
  }

  @Consumes(caseAnswered)
  answered(event: DataOf<typeof caseAnswered>, { tx }: EventContext): void {
    saveAnswered(tx, event);
  }

  @Consumes(caseEnded)
  ended(event: DataOf<typeof caseEnded>, { tx }: EventContext): void {
    saveEnded(tx, event);
  }
}
