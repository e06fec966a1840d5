import { asMember, type Caller } from '@definitivedx/auth';
import type { ServiceContext } from '@definitivedx/bus';
import type { InputOf, ReplyOf, getCase as contract } from '@definitivedx/contracts';
import { notFound } from '@definitivedx/errors';
import { readCase } from '../data/reads.js';
import { panelsAndPlan } from './case-panels.js';
import { daysAfter, reopenDays } from '../domain/ending.js';
import { confirmAccess } from './confirm-access.js';
import { postsShown } from './discussion.js';

/** One case with its discussion. Access decides and audits the read before anything is fetched. */
export async function getCase(
  service: ServiceContext,
  caller: Caller,
  { caseId }: InputOf<typeof contract>,
): Promise<ReplyOf<typeof contract>> {
  const member = asMember(caller);
  const { via } = await confirmAccess(service, member, caseId, 'read');
  const found = await readCase(service.db, caseId, member.memberId);
  // Access hears of a case before it is committed here: until then there is none.
  if (!found) throw notFound();
  const {
    attachments: _files,
    mentions: _members,
    acknowledgements: _given,
    consultations: _asked,
    ...shown
  } = found;
  return {
    ...shown,
    ...panelsAndPlan(found, service.clock.now()),
    via,
    consent: found.consent && {
      ...found.consent,
      recordedAt: new Date(found.consent.recordedAt).toISOString(),
    },
    answerBy: found.answerBy?.toISOString() ?? null,
    endedAt: found.endedAt?.toISOString() ?? null,
    reopenableUntil:
      found.status === 'closed' && found.endedAt ? daysAfter(found.endedAt, reopenDays).toISOString() : null,
    createdAt: found.createdAt.toISOString(),
    lastActivityAt: found.lastActivityAt.toISOString(),
    posts: await postsShown(service, caseId, found),
  };
}
