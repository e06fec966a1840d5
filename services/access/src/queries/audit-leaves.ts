import { asOrganisation, type Caller } from '@definitivedx/auth';
import type { ServiceContext } from '@definitivedx/bus';
import type {
  InputOf,
  ReplyOf,
  auditLeaves as allContract,
  auditStrays as straysContract,
  caseAuditLeaves as caseContract,
  organisationAuditLeaves as organisationContract,
  partOfAudit as partContract,
} from '@definitivedx/contracts';
import { notFound } from '@definitivedx/errors';
import { headsBetween } from '../data/audit-heads.js';
import { leavesAfter, leavesOfPart, straysAfter, type LeafRow, type Part } from '../data/audit-leaves.js';
import { hashesOfRuns } from '../data/audit-tree.js';
import { inclusionRuns } from '../sealing/tree.js';
import { auditReading } from '../commands/audit-reading.js';
import { checkAccess } from './check-access.js';

type Page = ReplyOf<typeof partContract>;
type Leaf = Page['leaves'][number];

const toLeaf = ({ leafIndex, leafHash, ...row }: LeafRow): Leaf => {
  const { id } = row;
  return { type: 'row', leafIndex: Number(leafIndex), leafHash, row: id === null ? null : { ...row, id } };
};

const nextOf = (leaves: readonly Leaf[], limit: number): number | null =>
  leaves.length < limit ? null : (leaves.at(-1)?.leafIndex ?? null);

/** All leaves in order, with the signed tree heads that end among them. */
export async function auditLeaves(
  { db }: ServiceContext,
  _caller: Caller,
  { treeSize, after, limit }: InputOf<typeof allContract>,
): Promise<ReplyOf<typeof allContract>> {
  const leaves = (await leavesAfter(db, after, treeSize, limit)).map(toLeaf);
  const next = nextOf(leaves, limit);
  const heads = await headsBetween(db, after + 1, next === null ? treeSize : next + 1);
  return { leaves, heads, next };
}

/** Rows that somebody put among the sealed ones. */
export async function auditStrays(
  { db }: ServiceContext,
  _caller: Caller,
  { after }: InputOf<typeof straysContract>,
): Promise<ReplyOf<typeof straysContract>> {
  return { rows: await straysAfter(db, after) };
}

/** The leaves of a part with the path of each to the root of the first `treeSize`. */
export async function pageOf(
  { db }: ServiceContext,
  of: { readonly part: Part; readonly id: string },
  { treeSize, after, limit }: { treeSize: number; after: number; limit: number },
): Promise<Page> {
  const leaves = (await leavesOfPart(db, of, after, treeSize, limit)).map(toLeaf);
  const paths = await hashesOfRuns(
    db,
    leaves.map(({ leafIndex }) => inclusionRuns(leafIndex, treeSize)),
  );
  return {
    leaves: leaves.map((leaf, place) => ({ ...leaf, path: paths[place] ?? [] })),
    next: nextOf(leaves, limit),
  };
}

/** A part of the audit, for an operator. */
export function partOfAudit(
  service: ServiceContext,
  _caller: Caller,
  { of, ...page }: InputOf<typeof partContract>,
): Promise<Page> {
  const id = of.kind === 'case' ? of.caseId : of.organisationId;
  return pageOf(service, { part: of.kind, id }, page);
}

/**
 * What was done to a case, for its requester.
 * @throws AppError `not-found` for everybody else, whether the case exists or not.
 */
export async function caseAuditLeaves(
  service: ServiceContext,
  caller: Caller,
  { caseId, ...page }: InputOf<typeof caseContract>,
): Promise<Page> {
  const { allowed } = await checkAccess(service, caller, { caseIds: [caseId], purpose: 'audit' });
  if (allowed.length === 0) throw notFound('case');
  return pageOf(service, { part: 'case', id: caseId }, page);
}

/** What was done for the caller's organisation, without what concerns cases of others. */
export async function organisationAuditLeaves(
  service: ServiceContext,
  caller: Caller,
  page: InputOf<typeof organisationContract>,
): Promise<Page> {
  const { organisationId } = asOrganisation(caller);
  await auditReading(service, caller, 'audit.export');
  return pageOf(service, { part: 'own-organisation', id: organisationId }, page);
}
