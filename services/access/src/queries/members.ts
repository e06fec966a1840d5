import type { Caller } from '@definitivedx/auth';
import type { ServiceContext } from '@definitivedx/bus';
import {
  id,
  type InputOf,
  type MemberRecord,
  type ReplyOf,
  type getMember as getContract,
  type listMembers as listContract,
} from '@definitivedx/contracts';
import type { Queryable } from '@definitivedx/db';
import { invalidInput, notFound } from '@definitivedx/errors';
import { administeredBy } from '../commands/administer.js';
import { issuerOf } from '../data/issuers.js';
import { memberOf, membersAfter, type MemberRow } from '../data/members.js';

const toRecord = ({
  createdAt,
  changedAt,
  givenName: _g,
  familyName: _f,
  removed: _r,
  ...row
}: MemberRow): MemberRecord => ({
  ...row,
  createdAt: createdAt.toISOString(),
  changedAt: changedAt.toISOString(),
});

/** A member as the contracts say it. @throws AppError `not-found` for who is none, or was removed. */
export async function recordOf(
  db: Queryable,
  organisationId: string,
  memberId: string,
): Promise<MemberRecord> {
  const row = await memberOf(db, organisationId, await issuerOf(db, organisationId), memberId);
  if (!row || row.removed) throw notFound('member');
  return toRecord(row);
}

/** A member of the caller's organisation. */
export async function getMember(
  service: ServiceContext,
  caller: Caller,
  { memberId }: InputOf<typeof getContract>,
): Promise<ReplyOf<typeof getContract>> {
  return recordOf(service.db, await administeredBy(service.db, caller), memberId);
}

/** The members of the caller's organisation, page by page. */
export async function listMembers(
  service: ServiceContext,
  caller: Caller,
  { status, after, limit }: InputOf<typeof listContract>,
): Promise<ReplyOf<typeof listContract>> {
  const { db } = service;
  const organisationId = await administeredBy(db, caller);
  if (after !== undefined && !id.safeParse(after).success) {
    throw invalidInput('Take the cursor from the previous page.', [
      { path: 'after', message: 'is not a cursor of this list' },
    ]);
  }
  const issuer = await issuerOf(db, organisationId);
  const rows = await membersAfter(db, organisationId, issuer, { status, after, limit });
  return {
    members: rows.map(toRecord),
    next: rows.length === limit ? (rows.at(-1)?.memberId ?? null) : null,
  };
}
