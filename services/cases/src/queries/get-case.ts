import { asMember, type Caller } from '@definitivedx/auth';
import type { ServiceContext } from '@definitivedx/bus';
import type { InputOf, ReplyOf, getCase as contract } from '@definitivedx/contracts';
import { notFound } from '@definitivedx/errors';
import { readCase } from '../data/reads.js';
import { confirmAccess } from './confirm-access.js';

/** One case with its discussion. Access decides and audits the read before anything is fetched. */
export async function getCase(
  service: ServiceContext,
  caller: Caller,
  { caseId }: InputOf<typeof contract>,
): Promise<ReplyOf<typeof contract>> {
  const { via } = await confirmAccess(service, asMember(caller), caseId, 'read');
  const found = await readCase(service.db, caseId);
  // Access hears of a case before it is committed here: until then there is none.
  if (!found) throw notFound();
  return {
    ...found,
    via,
    consent: found.consent && {
      ...found.consent,
      recordedAt: new Date(found.consent.recordedAt).toISOString(),
    },
    answerBy: found.answerBy?.toISOString() ?? null,
    endedAt: found.endedAt?.toISOString() ?? null,
    createdAt: found.createdAt.toISOString(),
    lastActivityAt: found.lastActivityAt.toISOString(),
    posts: found.posts.map((post) => ({ ...post, postedAt: new Date(post.postedAt).toISOString() })),
  };
}
