import { asMember, type Caller } from '@definitivedx/auth';
import type { ServiceContext } from '@definitivedx/bus';
import type { InputOf, ReplyOf, previewShare as contract } from '@definitivedx/contracts';
import { notFound } from '@definitivedx/errors';
import { issuesOf, notWithEveryone } from '../commands/share.js';
import { countingReach } from '../data/audience.js';
import { lookingUpControl } from '../data/decision.js';
import { checkActing, lookingUpActing, principalsToShareWith } from '../data/directory.js';
import { settingsOf } from '../data/governance.js';
import { findingCase } from '../data/grants.js';
import { grantsAsked, pathOf, wrongEntries, type Granted } from '../domain/audience.js';

const noId = '00000000-0000-0000-0000-000000000000';

/**
 * How many people of how many organisations may see a case before and after a share, and what of it would be refused.
 * Nothing is changed. @throws AppError `not-found` for a case the caller does not control
 */
export async function previewShare(
  service: ServiceContext,
  caller: Caller,
  { caseId, audience }: InputOf<typeof contract>,
): Promise<ReplyOf<typeof contract>> {
  const member = asMember(caller);
  const now = service.clock.now();
  const asked = grantsAsked(audience.map((entry) => ({ grantId: noId, entry })));
  const idsOf = (kind: Granted['kind']) => asked.filter((g) => g.kind === kind).map((g) => g.principalId);
  const of = { caseId: caseId ?? null, asker: member };
  const [acting, [settings], active, [before], [found], [control]] = await service.db.runAll(
    lookingUpActing(member),
    settingsOf(member.organisationId),
    principalsToShareWith(idsOf('member'), idsOf('panel'), member.organisationId, now),
    countingReach(of, [], now),
    findingCase(caseId ?? noId),
    lookingUpControl(caseId ?? noId, member, now),
  );
  checkActing(acting);
  if (!before || !settings || (caseId !== undefined && (!found || !control))) throw notFound('case');
  const home = found ?? {
    requesterId: member.memberId,
    inviteOnly: false,
    allowEveryone: settings.shareWithEveryone,
  };
  const issues = [
    ...wrongEntries(asked, home.requesterId, { idsMatter: false }),
    ...issuesOf({
      found: home,
      control: control?.via ?? 'requester',
      added: asked,
      active: new Set(active.map(({ id }) => id)),
      now,
    }),
    ...asked
      .filter((grant) => grant.kind === 'everyone' && !home.allowEveryone)
      .map((grant) => ({ path: pathOf(grant), message: notWithEveryone })),
  ];
  const refused = new Set(issues.map(({ path }) => Number(path.split('.')[1])));
  const [[after]] = await service.db.runAll(
    countingReach(
      of,
      asked.filter(({ place }) => !refused.has(place)),
      now,
    ),
  );
  return { before, after: after ?? before, issues };
}
