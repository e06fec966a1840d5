import type { MemberCaller } from '@definitivedx/auth';
import type { ServiceContext } from '@definitivedx/bus';
import {
  defaultPanelTerms,
  type InputOf,
  type Priority,
  type ReplyOf,
  type shareCase,
} from '@definitivedx/contracts';
import { invalidInput } from '@definitivedx/errors';
import { panelIdsOf, type Grant } from '../data/audience.js';
import { startClock, type ResponseClock } from '../domain/response-clock.js';
import { candidatesFor, chooseResponsible, type Candidate } from '../domain/responsible.js';
import { onCallFor } from '../queries/who-answers.js';

type Shared = ReplyOf<typeof shareCase>;
export type Panel = Shared['panels'][number];

/** Shares a new case: for good, or to see what would come of it. */
type Sharing<Reply extends Shared> = (input: InputOf<typeof shareCase>) => Promise<Reply>;

/** Who answers for a case that was opened to its audience, and the panel that leads: the one asked first. */
export interface Opened<Reply extends Shared = Shared> {
  readonly responsible: Candidate;
  /** Undefined when only people are asked. */
  readonly leadPanel: Panel | undefined;
  readonly reply: Reply;
}

/**
 * Opens a new case to its audience, or sees what would come of it.
 * @throws AppError `invalid-input` when the audience is unknown or holds nobody who could answer
 */
export async function openCase<Reply extends Shared>(
  service: ServiceContext,
  member: MemberCaller,
  { caseId, grants, inviteOnly }: { caseId: string; grants: readonly Grant[]; inviteOnly: boolean },
  share: Sharing<Reply>,
): Promise<Opened<Reply>> {
  const panelIds = panelIdsOf(grants);
  const onCall = await onCallFor(service, member, panelIds);
  const reply = await share({
    caseId,
    entries: [...grants],
    inviteOnly,
    candidates: [...new Set([...onCall.values()].filter((memberId) => memberId !== null))],
  });
  const { answerers, maySee, panels } = reply;
  const candidates = candidatesFor(answerers, onCall);
  const responsible = chooseResponsible(candidates, new Set(maySee), member.memberId);
  if (responsible) {
    return { responsible, leadPanel: panels.find(({ panelId }) => panelId === panelIds[0]), reply };
  }
  throw invalidInput('Nobody in this audience could answer the case.', [
    { path: 'audience', message: 'Add a panel, or invite a specialist other than yourself.' },
  ]);
}

/** By whose terms a case is answered when it is shared with people alone. */
const termsOfPeople = { terms: defaultPanelTerms, calendar: 'england-and-wales' } as const;

/** The clock of a case that is asked at a moment. */
export const clockFor = (panel: Panel | undefined, priority: Priority, at: Date): ResponseClock =>
  startClock(panel ?? termsOfPeople, priority, at);
