import type { ReplyOf, getCase } from '@definitivedx/contracts';
import type { CaseRead } from '../data/reads.js';
import { isOpen } from '../domain/status.js';

type Panels = Pick<ReplyOf<typeof getCase>, 'overdue' | 'panels' | 'plan'>;

/** The panels of a case with their clocks, and the one plan: the newest advice in force that is not a consulted panel's. */
export function panelsAndPlan(found: CaseRead, now: Date): Panels {
  const { leadPanelId, clock, answerBy, consultations, posts, status } = found;
  const overdue = clock === 'running' && answerBy !== null && answerBy < now;
  const lead: Panels['panels'] =
    leadPanelId === null
      ? []
      : [
          {
            ...{ panelId: leadPanelId, part: 'lead', question: null, askedBy: null },
            askedAt: found.createdAt.toISOString(),
            ...{ clock, answerBy: answerBy?.toISOString() ?? null, overdue, ended: null, advice: [] },
          },
        ];
  const consulted = consultations.map(
    ({ running, dueAt, askedAt, advice, ...asked }): Panels['panels'][number] => {
      const awaited = asked.ended === null && isOpen(status);
      const due = new Date(dueAt);
      return {
        ...asked,
        part: 'consulted',
        askedAt: new Date(askedAt).toISOString(),
        clock: !awaited ? 'stopped' : running ? 'running' : 'paused',
        answerBy: awaited ? due.toISOString() : null,
        overdue: awaited && running && due < now,
        advice: [...advice],
      };
    },
  );
  const noPlan = new Set(consultations.flatMap(({ advice }) => advice));
  const inForce = ({ kind, supersededBy, withdrawnAt }: CaseRead['posts'][number]): boolean =>
    kind === 'advice' && supersededBy === null && withdrawnAt === null;
  const plan = posts.findLast((post) => inForce(post) && !noPlan.has(post.postId));
  return { overdue, panels: [...lead, ...consulted], plan: plan?.postId ?? null };
}
