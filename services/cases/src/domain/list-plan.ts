import { everyonePrincipal, type CaseFilter, type CaseStatus } from '@definitivedx/contracts';
import { isOpen } from './status.js';

/** How the cases of a filter are found. */
export interface ListPlan {
  readonly source: 'filed' | 'open' | 'answered' | 'followed';
  /** Under which of their principals a member's cases are looked for; none, and there are no cases. */
  readonly principals: readonly string[];
  readonly filedAs: 'requester' | 'panel' | null;
  /** Undefined for any. */
  readonly statuses: readonly CaseStatus[] | undefined;
  readonly panelId: string | undefined;
  /** False when every case that is looked at belongs to the list. */
  readonly narrows: boolean;
}

const openStatuses = ['awaiting-advice', 'awaiting-information', 'advice-given'] as const;
const endedStatuses = ['closed', 'cancelled', 'converted'] as const;

/** What a filter means to a member: which index serves it, and what is left to be looked at case by case. */
export function planList(
  filter: CaseFilter,
  member: { readonly memberId: string; readonly organisationId: string },
  principals: readonly string[],
): ListPlan {
  const { memberId, organisationId } = member;
  const panels = principals.filter(
    (key) => key !== memberId && key !== organisationId && key !== everyonePrincipal,
  );
  const statuses = statusesOf(filter);
  const open = statuses?.every(isOpen) === true;
  const under = whose(filter, {
    memberId,
    panels,
    all: [...new Set([...principals, memberId, everyonePrincipal])],
  });
  // All open ones need no second look in a list of open ones.
  const someStatuses =
    open && statuses.length === openStatuses.length && under.source !== 'followed' ? undefined : statuses;
  const source = under.source === 'filed' && (open || filter.order === 'due') ? 'open' : under.source;
  return {
    ...under,
    source,
    statuses: someStatuses,
    narrows:
      someStatuses !== undefined ||
      filter.priority !== undefined ||
      under.panelId !== undefined ||
      filter.unread ||
      (filter.overdue && filter.order !== 'due'),
  };
}

function statusesOf({ state, statuses, overdue }: CaseFilter): readonly CaseStatus[] | undefined {
  const wanted = state === 'ended' ? endedStatuses : state === 'open' || overdue ? openStatuses : undefined;
  if (statuses === undefined) return wanted;
  const chosen = [...new Set(statuses)];
  return wanted === undefined
    ? chosen
    : chosen.filter((status) => (wanted as readonly CaseStatus[]).includes(status));
}

interface Own {
  readonly memberId: string;
  readonly panels: readonly string[];
  readonly all: readonly string[];
}

/** A panel of one's own is where to look; another is a condition on what is found. */
function whose(
  { view, panelId }: CaseFilter,
  { memberId, panels, all }: Own,
): Pick<ListPlan, 'source' | 'principals' | 'filedAs' | 'panelId'> {
  const own = panelId !== undefined && panels.includes(panelId);
  switch (view) {
    case 'mine':
      return { source: 'filed', principals: [memberId], filedAs: 'requester', panelId };
    case 'panels':
      return {
        source: 'filed',
        principals: own ? [panelId] : panels,
        filedAs: 'panel',
        panelId: own ? undefined : panelId,
      };
    case 'responsible':
      return { source: 'answered', principals: all, filedAs: null, panelId };
    case 'followed':
      return { source: 'followed', principals: all, filedAs: null, panelId };
    case 'all':
      return own
        ? { source: 'filed', principals: [panelId], filedAs: 'panel', panelId: undefined }
        : { source: 'filed', principals: all, filedAs: null, panelId };
  }
}
