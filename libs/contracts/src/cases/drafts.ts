import { z } from 'zod';
import { request } from '../define.js';
import { commandId, id, instant } from '../fields.js';

/** Bytes of a draft as JSON: more than any case can have. */
const mostBytes = 250_000;

/** How long a draft is kept after its last change. */
export const draftDays = 14;

/** Drafts that a member may have at once. */
export const mostDrafts = 50;

/** What has been typed so far, in whatever shape the client keeps it: nothing of it is checked before it is sent. */
export const draftContent = z
  .record(z.string().max(100), z.json())
  .refine(
    (content) => new TextEncoder().encode(JSON.stringify(content)).length <= mostBytes,
    `A draft may hold at most ${String(mostBytes)} bytes. Please shorten it.`,
  )
  .describe('What has been typed so far, complete or not.');

const kept = z.strictObject({
  draftId: id,
  version: z.int(),
  createdAt: instant,
  changedAt: instant,
  expiresAt: instant.describe('When it is deleted, unless it is changed before.'),
});

const who = { members: ['clinician', 'specialist'] } as const;

export const createDraft = request('cases', 'create-draft', {
  summary:
    'Keeps what has been typed so far, for its writer alone, encrypted, until 14 days after its last change.',
  from: ['gateway'],
  who,
  request: z.strictObject({ commandId, content: draftContent }),
  reply: kept,
});

export const listDrafts = request('cases', 'drafts', {
  summary: "The caller's drafts, latest changed first, without what is in them.",
  from: ['gateway'],
  who,
  request: z.strictObject({}),
  reply: z.strictObject({ drafts: z.array(kept) }),
});

export const getDraft = request('cases', 'draft', {
  summary: "One of the caller's drafts.",
  from: ['gateway'],
  who,
  request: z.strictObject({ draftId: id }),
  reply: kept.extend({ content: draftContent }),
});

export const changeDraft = request('cases', 'change-draft', {
  summary: "Puts new content in place of what was in one of the caller's drafts.",
  from: ['gateway'],
  who,
  request: z.strictObject({
    commandId,
    draftId: id,
    content: draftContent,
    expectedVersion: z
      .int()
      .min(1)
      .optional()
      .describe('Refused when the draft was changed elsewhere since.'),
  }),
  reply: kept,
});

export const deleteDraft = request('cases', 'delete-draft', {
  summary: "Deletes one of the caller's drafts; what is not there is deleted already.",
  from: ['gateway'],
  who,
  request: z.strictObject({ draftId: id }),
  reply: z.strictObject({}),
});

export type DraftContent = z.output<typeof draftContent>;
