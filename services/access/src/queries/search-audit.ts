import { asOrganisation, type Caller } from '@definitivedx/auth';
import type { ServiceContext } from '@definitivedx/bus';
import type {
  InputOf,
  ReplyOf,
  searchCaseAudit as caseContract,
  searchOrganisationAudit as organisationContract,
  searchPlatformAudit as platformContract,
} from '@definitivedx/contracts';
import { notFound } from '@definitivedx/errors';
import { auditReading } from '../commands/audit-reading.js';
import { findInAudit, type FoundRow, type Search } from '../data/audit-search.js';
import { beginningAt, cursorOf } from '../domain/audit-cursor.js';
import { checkAccess } from './check-access.js';

type Page = ReplyOf<typeof caseContract>;
type Entry = Page['entries'][number];

const toEntry = (row: FoundRow): Entry => ({
  at: row.at.toISOString(),
  actor: { kind: row.actorKind, id: row.actorId, name: row.actorName },
  organisation:
    row.organisationId === null ? null : { organisationId: row.organisationId, name: row.organisation },
  act: row.act,
  purpose: row.purpose,
  outcome: row.outcome,
  caseId: row.caseId,
  caseOfAnother: false,
  subjectId: row.subjectId,
  via: row.via,
  grantId: row.grantId,
  origin: row.origin,
  detail: row.detail,
  traceId: row.traceId,
});

async function find(
  service: ServiceContext,
  search: Omit<Search, 'before'>,
  input: { to?: string | undefined; cursor?: string | undefined },
  show: (row: FoundRow) => Entry,
): Promise<Page> {
  const { rows, next } = await findInAudit(service.db, { ...search, before: beginningAt(input) });
  return { entries: rows.map(show), nextCursor: next && cursorOf(next) };
}

/**
 * Who did what to a case, for its requester. That they looked is written to the audit as well.
 * @throws AppError `not-found` for everybody else, whether the case exists or not.
 */
export async function searchCaseAudit(
  service: ServiceContext,
  caller: Caller,
  { caseId, cursor, to, ...filters }: InputOf<typeof caseContract>,
): Promise<Page> {
  const before = { cursor, to };
  beginningAt(before);
  const { allowed } = await checkAccess(service, caller, { caseIds: [caseId], purpose: 'audit' });
  if (allowed.length === 0) throw notFound('case');
  const search = { ...filters, from: filters.from, by: 'case', id: caseId, withoutReads: false } as const;
  return find(service, search, before, toEntry);
}

/** What was done for the caller's organisation; of cases only ids, and those of other organisations' cases not even. */
export async function searchOrganisationAudit(
  service: ServiceContext,
  caller: Caller,
  { caseId, cursor, to, ...filters }: InputOf<typeof organisationContract>,
): Promise<Page> {
  const { organisationId } = asOrganisation(caller);
  const before = { cursor, to };
  beginningAt(before);
  await auditReading(service, caller, 'audit.search', namesOf({ ...filters, caseId }));
  const driver = narrowest(caseId, filters.actorId, organisationId);
  const search = { ...filters, from: filters.from, ...driver, organisationId, withoutReads: false };
  const page = await find(service, search, before, (row) => withoutCasesOfOthers(row, organisationId));
  // Asked for by its id, a case of another organisation looks like one that nobody here has touched.
  return caseId === undefined
    ? page
    : { ...page, entries: page.entries.filter((entry) => !entry.caseOfAnother) };
}

/** Administration, sign-ins and refusals everywhere, without names. */
export async function searchPlatformAudit(
  service: ServiceContext,
  caller: Caller,
  { caseId, organisationId, cursor, to, ...filters }: InputOf<typeof platformContract>,
): Promise<Page> {
  const before = { cursor, to };
  beginningAt(before);
  await auditReading(
    service,
    caller,
    'audit.search-platform',
    namesOf({ ...filters, caseId, organisationId }),
  );
  const driver = narrowest(caseId, filters.actorId, organisationId);
  const withoutReads = caseId === undefined && filters.actorId === undefined;
  const search = { ...filters, from: filters.from, ...driver, organisationId, withoutReads };
  return find(service, search, before, (row) => {
    const entry = toEntry(row);
    return { ...entry, actor: { ...entry.actor, name: null } };
  });
}

/** What a search goes by: the fewest rows first. */
function narrowest(caseId?: string, actorId?: string, organisationId?: string): Pick<Search, 'by' | 'id'> {
  if (caseId !== undefined) return { by: 'case', id: caseId };
  if (actorId !== undefined) return { by: 'actor', id: actorId };
  if (organisationId !== undefined) return { by: 'organisation', id: organisationId };
  return { by: 'platform', id: null };
}

function withoutCasesOfOthers(row: FoundRow, organisationId: string): Entry {
  const entry = toEntry(row);
  if (row.caseId === null || row.caseOrganisationId === organisationId) return entry;
  return { ...entry, caseId: null, subjectId: null, grantId: null, detail: null, caseOfAnother: true };
}

/** What was looked for, for the audit of the audit. */
const namesOf = (filters: Record<string, unknown>): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(filters).filter(([name, value]) => value !== undefined && name !== 'limit'),
  );
