import { everyonePrincipal, type AudienceEntry } from '@definitivedx/contracts';
import type { Issue } from '@definitivedx/errors';

/** An entry somebody asks to add to an audience, under the id its grant will have. */
export interface Asked {
  readonly grantId: string;
  readonly entry: AudienceEntry;
}

/** A grant in the shape it is kept in. `place` is the entry's index in what was asked, for messages. */
export interface Granted {
  readonly grantId: string;
  readonly kind: AudienceEntry['kind'];
  readonly principalId: string;
  readonly expiresAt: Date | null;
  readonly control: boolean;
  readonly reason: string | null;
  readonly place: number;
}

const principalOf = (entry: AudienceEntry): string => {
  switch (entry.kind) {
    case 'member':
      return entry.memberId;
    case 'panel':
      return entry.panelId;
    case 'everyone':
      return everyonePrincipal;
  }
};

/** The grants asked for, in order. Ids are lower-cased, as PostgreSQL returns them. */
export const grantsAsked = (asked: readonly Asked[]): Granted[] =>
  asked.map(({ grantId, entry }, place) => ({
    grantId: grantId.toLowerCase(),
    kind: entry.kind,
    principalId: principalOf(entry).toLowerCase(),
    expiresAt: entry.expiresAt === undefined ? null : new Date(entry.expiresAt),
    control: entry.kind === 'member' && entry.control === true,
    reason: entry.reason ?? null,
    place,
  }));

/** Where the entry at `place` names whom it is for, as the person who filled in the audience sees it. */
export const pathOf = (grant: Pick<Granted, 'kind' | 'place'>): string => {
  const field = { member: '.memberId', panel: '.panelId', everyone: '' }[grant.kind];
  return `audience.${String(grant.place)}${field}`;
};

/** What is wrong with the entries whatever the directory says: the requester, the same twice. */
export function wrongEntries(
  grants: readonly Granted[],
  requesterId: string,
  { idsMatter = true }: { idsMatter?: boolean } = {},
): Issue[] {
  const seen = new Set<string>();
  const ids = new Set<string>();
  return grants.flatMap((grant) => {
    const twice = seen.has(grant.principalId) || (idsMatter && ids.has(grant.grantId));
    seen.add(grant.principalId);
    ids.add(grant.grantId);
    if (grant.kind === 'member' && grant.principalId === requesterId) {
      return { path: pathOf(grant), message: 'The requester always sees the case. Leave them out.' };
    }
    return twice ? { path: pathOf(grant), message: 'This entry is in the list twice. Leave one out.' } : [];
  });
}

/** Entries that would end before they begin. */
export const endedEntries = (grants: readonly Granted[], now: Date): Issue[] =>
  grants
    .filter((grant) => grant.expiresAt !== null && grant.expiresAt <= now)
    .map((grant) => ({
      path: `audience.${String(grant.place)}.expiresAt`,
      message: 'This time has passed. Choose one in the future.',
    }));

/** Entries for someone, or a panel, that is not there or no longer active; the two are not told apart. */
export const unknownEntries = (grants: readonly Granted[], active: ReadonlySet<string>): Issue[] =>
  grants
    .filter((grant) => grant.kind !== 'everyone' && !active.has(grant.principalId))
    .map((grant) => ({
      path: pathOf(grant),
      message:
        grant.kind === 'member'
          ? 'There is no such member any more. Choose somebody else.'
          : 'There is no such panel any more. Choose another one.',
    }));

/** Entries wider than a person by name, in a case that is open to people by name alone. */
export const tooWideEntries = (grants: readonly Granted[]): Issue[] =>
  grants
    .filter((grant) => grant.kind !== 'member')
    .map((grant) => ({
      path: `audience.${String(grant.place)}`,
      message: 'This case is invite-only: choose people by name, or end that first.',
    }));

/** Entries that hand control on, which only the requester and their practice may do. */
export const controlEntries = (grants: readonly Granted[]): Issue[] =>
  grants
    .filter((grant) => grant.control)
    .map((grant) => ({
      path: `audience.${String(grant.place)}.control`,
      message: 'Control of a case is given by its requester or their practice alone.',
    }));

/** True when a grant that is kept is the one now asked for, so that asking again is a repeat and not a change. */
export const isRepeat = (
  kept: { caseId: string; kind: string; principalId: string; expiresAt: Date | null; control: boolean },
  caseId: string,
  asked: Granted,
): boolean =>
  kept.caseId === caseId &&
  kept.kind === asked.kind &&
  kept.control === asked.control &&
  kept.principalId === asked.principalId &&
  kept.expiresAt?.getTime() === asked.expiresAt?.getTime();
