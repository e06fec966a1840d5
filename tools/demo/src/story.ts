import { publishQuestions, readForm } from './asking.js';
import { advise, adviseAnew, askBack, open, readAdvice } from './discussion.js';
import { close, copyForRecord, revoke, strangerLearnsNothing, whoHasSeen } from './ending.js';
import { Events } from './events.js';
import { attachPicture, readPicture } from './files.js';
import { findByWords, readTimeline, takeDocuments } from './finding.js';
import { handBack, handOver } from './hand-over.js';
import { onboardTrust } from './onboarding.js';
import { importEmailLine, reportNow, showOutcomes } from './outcomes.js';
import { acceptTexts, signInAs, type Person } from './person.js';
import { findPanel, share, specialistIsTold } from './sharing.js';
import type { Step } from './step.js';

export interface Setting {
  readonly publicUrl: string;
  readonly mailboxUrl: string;
  /** The sign-in of a trust that is not there yet. */
  readonly trustIssuer: string;
}

/**
 * Plays the story: a case is shared, the specialist on call is told, asks back and hands over; the next one advises, and
 * then again; the GP takes the advice to the record, acknowledges the new and closes the case; others never learn of it; the programme counts what came of it.
 * Then a trust that was not there comes in, through the API alone.
 */
export async function playStory(step: Step, setting: Setting): Promise<void> {
  const arrive = async (key: string): Promise<Person> => {
    const person = await signInAs(step, setting.publicUrl, key);
    await acceptTexts(step, person);
    return person;
  };
  const gp = await arrive('gp');
  const specialist = await arrive('specialist-on-call');
  // Opened before the share, as a page that is left open would be.
  const events = await Events.open(specialist.session);
  try {
    const panel = await findPanel(step, gp, specialist);
    const next = await arrive('specialist-two');
    await publishQuestions(step, next, panel);
    const answers = await readForm(step, gp, panel);
    const shared = await share(step, gp, specialist, panel, answers);
    await specialistIsTold(step, setting, events, specialist, shared);
    const picture = await attachPicture(step, gp, shared);
    await open(step, specialist, shared);
    await readPicture(step, specialist, picture);
    await askBack(step, gp, specialist, shared);

    await handOver(step, panel, specialist, next, shared);
    await advise(step, next, shared);
    await readAdvice(step, gp, shared);
    await copyForRecord(step, gp, shared);
    await adviseAnew(step, next, gp, shared);
    await findByWords(step, gp, shared);

    const lead = await arrive('programme-lead');
    await importEmailLine(step, lead);
    const { reply: before } = await reportNow(lead);
    await close(step, gp, shared);
    await readTimeline(step, gp, shared);
    await takeDocuments(step, gp, shared);
    await showOutcomes(step, lead, before);

    await whoHasSeen(step, gp, [specialist], shared);
    await strangerLearnsNothing(step, setting.publicUrl, shared);
    await revoke(step, gp, specialist, panel, events, shared);
    await handBack(step, panel, specialist);
    await onboardTrust(step, setting, await arrive('operator'));
  } finally {
    events.close();
  }
}
