import type { Caller } from '@definitivedx/auth';
import type { ServiceContext } from '@definitivedx/bus';
import type {
  ExportLine,
  InputOf,
  ReplyOf,
  confirmExport as confirmContract,
  exportPart as partContract,
  takeCases as takeContract,
} from '@definitivedx/contracts';
import { forbidden } from '@definitivedx/errors';
import { currentTraceId } from '@definitivedx/telemetry';
import { linesOf } from '../data/export-parts.js';
import { exportThatGoesOn, ownCases, peopleIn, takeOwnCases, type ExportRow } from '../data/exports.js';
import { pageOf } from './audit-leaves.js';
import { auditTree } from './audit-tree.js';

/** @throws AppError `forbidden` once whoever began it may not have it any more */
async function going({ db, clock }: ServiceContext, exportId: string): Promise<ExportRow> {
  const row = await exportThatGoesOn(db, exportId, clock.now());
  if (!row) throw forbidden('This export has ended, or is not yours any more. Begin another one.');
  return row;
}

/** A page of what `access` keeps of the organisation. */
export async function exportPart(
  service: ServiceContext,
  caller: Caller,
  { exportId, part, after }: InputOf<typeof partContract>,
): Promise<ReplyOf<typeof partContract>> {
  const { organisationId } = await going(service, exportId);
  return part === 'audit'
    ? auditPage(service, caller, organisationId, after)
    : linesOf(service.db, part, organisationId, after);
}

/** All pages are of the tree that the first one names; the rest of the cursor is the last leaf. */
async function auditPage(
  service: ServiceContext,
  caller: Caller,
  organisationId: string,
  after: string | undefined,
): Promise<ReplyOf<typeof partContract>> {
  const begun = /^(\d{1,15}) (\d{1,15})$/.exec(after ?? '');
  const lines: ExportLine[] = [];
  let [treeSize, last] = [Number(begun?.[1] ?? 0), Number(begun?.[2] ?? -1)];
  if (!begun) {
    const { keys, head } = await auditTree(service, caller, {});
    if (!head) return { lines: [], next: null };
    ({ treeSize } = head);
    lines.push({ type: 'audit-keys', keys }, { ...head, type: 'audit-head' });
  }
  const page = await pageOf(
    service,
    { part: 'own-organisation', id: organisationId },
    { treeSize, after: last, limit: 200 },
  );
  lines.push(...page.leaves.map((leaf) => ({ ...leaf, type: 'audit-row' })));
  last = page.next ?? last;
  return { lines, next: page.next === null ? null : `${String(treeSize)} ${String(last)}` };
}

/** Whose export it is, for a service that has a part of its own. */
export async function confirmExport(
  service: ServiceContext,
  _caller: Caller,
  { exportId, caseIds }: InputOf<typeof confirmContract>,
): Promise<ReplyOf<typeof confirmContract>> {
  const { organisationId, cases } = await going(service, exportId);
  const own = cases && caseIds.length > 0 ? await ownCases(service.db, organisationId, caseIds) : [];
  return { exportId, organisationId, cases, caseIds: own };
}

/** The organisation's own among the cases, written down before any of them is read. */
export async function takeCases(
  service: ServiceContext,
  _caller: Caller,
  { exportId, caseIds, memberIds }: InputOf<typeof takeContract>,
): Promise<ReplyOf<typeof takeContract>> {
  const row = await going(service, exportId);
  if (!row.cases) throw forbidden('This export is one without the content of cases.');
  const now = service.clock.now();
  return {
    caseIds: await takeOwnCases(service.db, row, caseIds, now, currentTraceId()),
    people: await peopleIn(service.db, row.organisationId, memberIds),
  };
}
