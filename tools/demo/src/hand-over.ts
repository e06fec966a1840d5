import { setTimeout as sleep } from 'node:timers/promises';
import {
  acceptHandOver,
  addPost,
  getCase,
  myHandOvers,
  takeOverShift,
  type ReplyOf,
} from '@definitivedx/contracts';
import { caseTexts } from './case-texts.js';
import { NotAsExpected } from './failure.js';
import type { Person } from './person.js';
import type { Panel } from './panel.js';
import type { Shared } from './sharing.js';
import type { Step } from './step.js';

type Item = ReplyOf<typeof myHandOvers>['handOvers'][number]['items'][number];

/** The shift changes: the case is listed to both doctors, noted by the one who goes, accepted by the one who comes. */
export async function handOver(
  step: Step,
  panel: Panel,
  outgoing: Person,
  incoming: Person,
  { caseId }: Shared,
): Promise<void> {
  await step('Changing the shift', async () => {
    const path = `/api/v1/panels/${panel.panelId}/take-over`;
    const { traceId } = await incoming.session.must(takeOverShift.reply, 'POST', path);
    await Promise.all([outgoing, incoming].map((person) => itemOf(person, caseId, () => true)));
    const says = `${incoming.name} took over the shift; the case is on the hand-over list of both doctors.`;
    return { says, traceId, value: undefined };
  });
  await step('Noting what matters', async () => {
    await expectResponsible(outgoing, outgoing, caseId);
    const note = { kind: 'note', body: caseTexts.note };
    const path = `/api/v1/cases/${caseId}/posts`;
    const { traceId } = await outgoing.session.must(addPost.reply, 'POST', path, note);
    await itemOf(incoming, caseId, ({ notedAt }) => notedAt !== null);
    const says = `${outgoing.name}, still responsible until somebody accepts, left a note on the case.`;
    return { says, traceId, value: undefined };
  });
  await step('Accepting the case', async () => {
    const path = `/api/v1/cases/${caseId}/hand-over-acceptance`;
    const { reply, traceId } = await incoming.session.must(acceptHandOver.reply, 'POST', path);
    await expectResponsible(outgoing, incoming, caseId);
    const says = `${incoming.name} accepted the case and is responsible for it from ${reply.since} on.`;
    return { says, traceId, value: undefined };
  });
}

/** At the end of the story the shift is as it was before. */
export const handBack = (step: Step, panel: Panel, { session, name }: Person): Promise<void> =>
  step('Changing the shift back', async () => {
    const path = `/api/v1/panels/${panel.panelId}/take-over`;
    const { traceId } = await session.must(takeOverShift.reply, 'POST', path);
    return { says: `${name} took the shift back.`, traceId, value: undefined };
  });

/** Waits until the case is on a person's hand-over list as it should be. */
async function itemOf(
  { session, name }: Person,
  caseId: string,
  asItShould: (item: Item) => boolean,
): Promise<void> {
  const deadline = Date.now() + 30_000;
  for (;;) {
    const { reply, traceId } = await session.must(myHandOvers.reply, 'GET', '/api/v1/hand-overs');
    const items = reply.handOvers.flatMap((listed) => listed.items);
    if (items.some((item) => item.caseId === caseId && asItShould(item))) return;
    if (Date.now() > deadline) {
      const got = items.some((item) => item.caseId === caseId) ? 'it there as before' : 'it not there';
      throw new NotAsExpected(`the case on the hand-over list of ${name} within 30 s`, got, traceId);
    }
    await sleep(100);
  }
}

async function expectResponsible({ session }: Person, responsible: Person, caseId: string): Promise<void> {
  const { reply, traceId } = await session.must(getCase.reply, 'GET', `/api/v1/cases/${caseId}`);
  if (reply.responsibleId === responsible.memberId) return;
  throw new NotAsExpected(`${responsible.name} to be responsible for the case`, 'somebody else', traceId);
}
