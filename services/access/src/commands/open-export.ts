import { v7 } from 'uuid';
import type { Caller } from '@definitivedx/auth';
import type { ServiceContext } from '@definitivedx/bus';
import type {
  InputOf,
  ReplyOf,
  openDepartedExport as departedContract,
  openExport as openContract,
} from '@definitivedx/contracts';
import { conflict, forbidden, notFound, type AppError } from '@definitivedx/errors';
import { currentTraceId } from '@definitivedx/telemetry';
import { actorOf, appendAudit, appendAuditWith, type Actor } from '../data/audit.js';
import { departedByToken, insertExport } from '../data/exports.js';
import { leavingOf } from '../data/leaving.js';
import { administer, type Administration } from './administer.js';

type Opened = ReplyOf<typeof openContract>;

/** How long one export may take. */
const longestMs = 24 * 60 * 60_000;

const notApproved = (): AppError =>
  forbidden(
    'The content of cases is exported only once an administrator has asked for it (POST /api/v1/organisation/leaving/case-export) and a governance lead, somebody else, has approved it. Leave cases out, or have it approved first.',
  );

/**
 * Begins an export of the caller's organisation.
 * @throws AppError `conflict` when it does not leave, `forbidden` for cases that were not approved.
 */
export function openExport(
  service: ServiceContext,
  caller: Caller,
  { cases }: InputOf<typeof openContract>,
): Promise<Opened> {
  return administer(service, caller, { act: 'organisation.export' }, async (administration) => {
    const { tx, organisationId, now } = administration;
    const leaving = await leavingOf(tx, organisationId);
    if (!leaving) {
      throw conflict(
        'An export is for an organisation that leaves. Say so first: POST /api/v1/organisation/leaving.',
      );
    }
    if (cases && !leaving.casesApprovedAt) throw notApproved();
    const exportId = begin({ tx, now }, organisationId, cases, actorOf(administration.caller));
    return { reply: { exportId, organisationId, cases }, subjectId: exportId, detail: { cases } };
  });
}

/**
 * Begins an export of an organisation that was closed, for whoever has its token.
 * @throws AppError `not-found` without the token of an organisation closed not too long ago, whichever it is.
 */
export async function openDepartedExport(
  service: ServiceContext,
  _caller: Caller,
  { tokenHash, cases, from }: InputOf<typeof departedContract>,
): Promise<ReplyOf<typeof departedContract>> {
  const now = service.clock.now();
  const departed = await departedByToken(service.db, tokenHash, now);
  if (!departed) throw notFound('export');
  const { organisationId, casesApproved } = departed;
  const actor: Actor = { kind: 'unknown', id: null, organisationId, from };
  const line = { at: now, actor, act: 'organisation.export', detail: { cases }, traceId: currentTraceId() };
  if (cases && !casesApproved) {
    await appendAudit(service.db, { ...line, outcome: 'refused' });
    throw notApproved();
  }
  return service.db.transaction((tx) => {
    const exportId = begin({ tx, now }, organisationId, cases, actor);
    appendAuditWith(tx, { ...line, outcome: 'allowed', subjectId: exportId });
    return Promise.resolve({ exportId, organisationId, cases });
  });
}

function begin(
  { tx, now: at }: Pick<Administration, 'tx' | 'now'>,
  organisationId: string,
  cases: boolean,
  by: Actor,
): string {
  const exportId = v7();
  insertExport(tx, { exportId, organisationId, cases, by, at, endsAt: new Date(at.getTime() + longestMs) });
  return exportId;
}
