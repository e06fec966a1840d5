import { Controller } from '@nestjs/common';
import { Consumes, EventContext } from '@definitivedx/bus';
import {
  caseAnswered,
  caseAsked,
  caseEnded,
  caseReopened,
  followUpAnswered,
  followUpDue,
  surveyGiven,
  type DataOf,
} from '@definitivedx/contracts';
import { saveAnswered, saveAsked, saveEnded, saveReopened, saveSurvey } from '../data/case-facts.js';
import { saveFollowUpAnswered, saveFollowUpDue } from '../data/follow-up-facts.js';

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

  @Consumes(caseReopened)
  reopened(event: DataOf<typeof caseReopened>, { tx }: EventContext): void {
    saveReopened(tx, event);
  }

  @Consumes(surveyGiven)
  surveyed(event: DataOf<typeof surveyGiven>, { tx }: EventContext): void {
    saveSurvey(tx, event);
  }

  @Consumes(followUpDue)
  followUpDue(event: DataOf<typeof followUpDue>, { tx }: EventContext): void {
    saveFollowUpDue(tx, event);
  }

  @Consumes(followUpAnswered)
  followUpAnswered(event: DataOf<typeof followUpAnswered>, { tx }: EventContext): void {
    saveFollowUpAnswered(tx, event);
  }
}
