import { asMember, type Caller } from '@definitivedx/auth';
import type { ServiceContext } from '@definitivedx/bus';
import type { InputOf, ReplyOf, streamEntries as contract } from '@definitivedx/contracts';
import { entriesAfter, latestPosition } from '../data/streams.js';

/** The caller's own stream after a position; nobody can ask for another's. */
export async function streamEntries(
  service: ServiceContext,
  caller: Caller,
  { after, limit }: InputOf<typeof contract>,
): Promise<ReplyOf<typeof contract>> {
  const { memberId } = asMember(caller);
  // The position is read first: an entry added in between is then in the list, and never beyond a "latest" already told.
  const latest = await latestPosition(service.db, memberId);
  if (after === undefined || after >= latest) return { entries: [], latest };
  const rows = await entriesAfter(service.db, memberId, after, limit);
  const entries = rows.map(({ sequence, kind, caseId, at }) => ({
    sequence,
    kind,
    caseId,
    at: at.toISOString(),
  }));
  return { entries, latest: Math.max(latest, entries.at(-1)?.sequence ?? 0) };
}
