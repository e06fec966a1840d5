import type { Caller } from '@definitivedx/auth';
import type { ServiceContext } from '@definitivedx/bus';
import type { InputOf, ReplyOf, scimFind as finding, scimGet as getting } from '@definitivedx/contracts';
import { administeredBy } from '../commands/administer.js';
import { getGroup, toGroup } from '../commands/scim/groups.js';
import { getUser, toUser } from '../commands/scim/users.js';
import { issuerOf } from '../data/issuers.js';
import { memberParameters, membersWhere } from '../data/members.js';
import { membersOfPanel, panelParameters, panelsWhere } from '../data/own-panels.js';
import { compileFilter } from '../domain/scim/conditions.js';
import { parseFilter } from '../domain/scim/filter.js';

/** A user or group of the caller's organisation. */
export async function scimGet(
  service: ServiceContext,
  caller: Caller,
  { kind, id }: InputOf<typeof getting>,
): Promise<ReplyOf<typeof getting>> {
  const organisationId = await administeredBy(service.db, caller);
  return (kind === 'User' ? getUser : getGroup)(service.db, organisationId, id);
}

/** Users or groups of the caller's organisation. @throws AppError `invalid-input` with `invalidFilter` */
export async function scimFind(
  service: ServiceContext,
  caller: Caller,
  { kind, filter: written, startIndex, count, withMembers }: InputOf<typeof finding>,
): Promise<ReplyOf<typeof finding>> {
  const { db } = service;
  const organisationId = await administeredBy(db, caller);
  const filter = written === undefined ? undefined : parseFilter(written);
  const page = { offset: startIndex - 1, limit: count };
  if (kind === 'User') {
    const conditions = compileFilter(kind, filter, memberParameters);
    const { total, rows } = await membersWhere(
      db,
      organisationId,
      await issuerOf(db, organisationId),
      conditions,
      page,
    );
    return { total, resources: rows.map(toUser) };
  }
  const conditions = compileFilter(kind, filter, panelParameters);
  const { total, rows } = await panelsWhere(db, organisationId, conditions, page);
  const resources = [];
  for (const panel of rows)
    resources.push(toGroup(panel, withMembers ? await membersOfPanel(db, panel.panelId) : undefined));
  return { total, resources };
}
