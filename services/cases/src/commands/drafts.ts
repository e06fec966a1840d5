import { asMember, type Caller } from '@definitivedx/auth';
import { once } from '@definitivedx/bus';
import {
  draftDays,
  mostDrafts,
  type InputOf,
  type ReplyOf,
  type changeDraft as changing,
  type createDraft as creating,
  type deleteDraft as deleting,
} from '@definitivedx/contracts';
import { AppError, conflict, notFound } from '@definitivedx/errors';
import { v7 } from 'uuid';
import { deleteDraft, findDraft, insertDraft, updateDraft, type DraftRow } from '../data/drafts.js';
import { sealDraft } from '../data/sealed-drafts.js';
import type { DraftsContext } from '../drafts-context.js';

const expiring = (at: Date): { at: Date; expiresAt: Date } => ({
  at,
  expiresAt: new Date(at.getTime() + draftDays * 86_400_000),
});

/** A draft as it is told of, without what is in it. */
export const draftTold = (row: DraftRow): ReplyOf<typeof creating> => ({
  draftId: row.draftId,
  version: row.version,
  createdAt: row.createdAt.toISOString(),
  changedAt: row.changedAt.toISOString(),
  expiresAt: row.expiresAt.toISOString(),
});

/** Keeps what has been typed so far. @throws AppError `conflict` when the member has as many drafts as one may have */
export async function createDraft(
  { service, keys }: DraftsContext,
  caller: Caller,
  { commandId, content }: InputOf<typeof creating>,
): Promise<ReplyOf<typeof creating>> {
  const { memberId } = asMember(caller);
  const owner = { draftId: v7(), memberId };
  const sealed = await sealDraft(keys, owner, content);
  return service.db.transaction((tx) =>
    once(tx, commandId, memberId, async () => {
      const row = await insertDraft(tx, owner, sealed, {
        ...expiring(service.clock.now()),
        most: mostDrafts,
      });
      if (row) return draftTold(row);
      throw conflict(
        `You have ${String(mostDrafts)} drafts, and there can be no more. Please send or delete one first.`,
      );
    }),
  );
}

/**
 * Puts other content into a draft, which then expires later.
 * @throws AppError `not-found` for another's, the same as for one that is not there; `version-mismatch`
 */
export async function changeDraft(
  { service, keys }: DraftsContext,
  caller: Caller,
  { commandId, draftId, content, expectedVersion }: InputOf<typeof changing>,
): Promise<ReplyOf<typeof changing>> {
  const { memberId } = asMember(caller);
  const owner = { draftId, memberId };
  const sealed = await sealDraft(keys, owner, content);
  return service.db.transaction((tx) =>
    once(tx, commandId, memberId, async () => {
      const at = service.clock.now();
      const row = await updateDraft(tx, owner, sealed, { ...expiring(at), expectedVersion });
      if (row) return draftTold(row);
      throw (await findDraft(tx, owner, at)) ? changedElsewhere() : notFound('draft');
    }),
  );
}

/** Deletes a draft, if it is the caller's and still there. */
export async function discardDraft(
  { service }: DraftsContext,
  caller: Caller,
  { draftId }: InputOf<typeof deleting>,
): Promise<ReplyOf<typeof deleting>> {
  const { memberId } = asMember(caller);
  await service.db.transaction((tx) => {
    deleteDraft(tx, { draftId, memberId });
    return Promise.resolve();
  });
  return {};
}

const changedElsewhere = (): AppError =>
  new AppError(
    'version-mismatch',
    'This draft was changed elsewhere since you read it. Please read it again; what you sent has not been kept.',
  );
