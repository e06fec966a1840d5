import type { ReplyOf, shareCase } from '@definitivedx/contracts';

/** One audience entry that might answer for a case, as access names it. */
export type Answerer = ReplyOf<typeof shareCase>['answerers'][number];

/** Why somebody became responsible; kept with the history. */
export type Reason = 'on-call' | 'panel-lead' | 'invited-specialist';

export interface Candidate {
  readonly memberId: string;
  readonly reason: Reason;
}

/**
 * Everybody who could answer for a case, best first: of each panel its on-call doctor and then its lead, panels in
 * the order they were asked (the first one leads), and after them the invited specialists.
 * Grant ids are time-ordered, so sorting by them is the order of asking.
 * @param onCall panel id → who is on call for it now; absent or null in a gap of the rota
 */
export function candidatesFor(
  answerers: readonly Answerer[],
  onCall: ReadonlyMap<string, string | null>,
): readonly Candidate[] {
  const asked = answerers.toSorted((a, b) => (a.grantId < b.grantId ? -1 : 1));
  const fromPanels: Candidate[] = [];
  const invited: Candidate[] = [];
  for (const { to, leadMemberId } of asked) {
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

/** The panels whose rota has to be asked. */
export function panelsOf(answerers: readonly Answerer[]): readonly string[] {
  return answerers.flatMap(({ to }) => (to.kind === 'panel' ? [to.panelId] : []));
}

/**
 * The one who answers: the best candidate who may open the case. Nobody answers their own question, and a rota may
 * name someone who has left the panel, who could not read what they would be responsible for.
 */
export function chooseResponsible(
  candidates: readonly Candidate[],
  maySee: ReadonlySet<string>,
  requesterId: string,
): Candidate | undefined {
  return candidates.find(({ memberId }) => memberId !== requesterId && maySee.has(memberId));
}
