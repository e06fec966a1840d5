import type { EventContext } from '@definitivedx/bus';
import type { DataOf, caseActed } from '@definitivedx/contracts';
import { appendAuditWith } from '../data/audit.js';

/** Appends an act that `cases` carried out to the audit, under the trace in which it happened. */
export const appendAct = (context: EventContext, data: DataOf<typeof caseActed>): void => {
  appendAuditWith(context.tx, {
    at: new Date(data.at),
    actor: { kind: 'member', id: data.memberId, organisationId: data.organisationId },
    act: data.act,
    outcome: 'allowed',
    caseId: data.caseId,
    subjectId: data.subjectId,
    traceId: context.traceId,
  });
};
