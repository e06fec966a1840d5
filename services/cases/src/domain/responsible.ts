import type { ReplyOf, caseAnswerers, responsibilityHistory, shareCase } from '@definitivedx/contracts';

/** One audience entry that might answer for a case, as access names it. */
export type Answerer = ReplyOf<typeof shareCase>['answerers'][number];

/** Why somebody was chosen to be responsible. */
type ChosenAs = 'on-call' | 'panel-lead' | 'invited-specialist';

/** Why somebody became responsible; kept with the history. */
export type Reason = ReplyOf<typeof responsibilityHistory>['history'][number]['reason'];

export interface Candidate {
  readonly memberId: string;
  readonly reason: ChosenAs;
}

/** Somebody of a panel that has neither a doctor on call nor a lead who could answer. */
export interface LastResort {
  readonly memberId: string;
  readonly reason: 'panel-specialist';
}

/**
 * Everybody who could answer for a case, best first: of each panel its on-call doctor and then its lead, panels in
 * the order they were asked (the first one leads, unless another was made to), and after them the invited specialists.
 * @param onCall panel id → who is on call for it now; absent or null in a gap of the rota
 * @param leadPanelId the panel that leads, when that is not the one asked first
 */
export function candidatesFor(
  answerers: readonly Answerer[],
  onCall: ReadonlyMap<string, string | null>,
  leadPanelId: string | null = null,
): readonly Candidate[] {
  const fromPanels: Candidate[] = [];
  const invited: Candidate[] = [];
  const leads = ({ to }: Answerer): boolean => to.kind === 'panel' && to.panelId === leadPanelId;
  const asked = inOrderOfAsking(answerers);
  for (const { to, leadMemberId } of [...asked.filter(leads), ...asked.filter((one) => !leads(one))]) {
    if (to.kind === 'panel') {
      const memberId = onCall.get(to.panelId);
      if (memberId) fromPanels.push({ memberId, reason: 'on-call' });
      if (leadMemberId) fromPanels.push({ memberId: leadMemberId, reason: 'panel-lead' });
    } else if (to.kind === 'member' && leadMemberId) {
      invited.push({ memberId: leadMemberId, reason: 'invited-specialist' });
    }
  }
  return [...fromPanels, ...invited];
}

/** The last resort: anybody of the panels, so that no case is dropped while one specialist is left who sees it. */
export const anySpecialist = (
  specialists: ReplyOf<typeof caseAnswerers>['specialists'],
): readonly LastResort[] => specialists.map(({ memberId }) => ({ memberId, reason: 'panel-specialist' }));

/** Grant ids are time-ordered, so sorting by them is the order of asking. */
const inOrderOfAsking = (answerers: readonly Answerer[]): readonly Answerer[] =>
  answerers.toSorted((a, b) => (a.grantId < b.grantId ? -1 : 1));

/** The panels among them, in the order they were asked: the first one leads. */
export function panelsOf(answerers: readonly Answerer[]): readonly string[] {
  return inOrderOfAsking(answerers).flatMap(({ to }) => (to.kind === 'panel' ? [to.panelId] : []));
}

/**
 * The one who answers: the best candidate who may open the case. Nobody answers their own question, and a rota may
 * name someone who has left the panel, who could not read what they would be responsible for.
 */
export function chooseResponsible<One extends Candidate | LastResort>(
  candidates: readonly One[],
  maySee: ReadonlySet<string>,
  requesterId: string,
): One | undefined {
  return candidates.find(({ memberId }) => memberId !== requesterId && maySee.has(memberId));
}
