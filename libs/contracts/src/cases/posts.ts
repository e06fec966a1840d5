import { z } from 'zod';
import { event, request } from '../define.js';
import {
  caseStatus,
  commandId,
  cursor,
  id,
  instant,
  line,
  pageLimit,
  postKind,
  recommendation,
  text,
} from '../fields.js';
import { fileState } from '../files/files.js';

/** Grades of those who advise: of doctors, and of nurses who lead clinics of their own. */
export const adviserGrade = z.enum([
  'consultant',
  'specialist-grade',
  'specialty-doctor',
  'specialty-registrar',
  'core-trainee',
  'nurse-consultant',
  'advanced-nurse-practitioner',
  'clinical-nurse-specialist',
]);
export type AdviserGrade = z.output<typeof adviserGrade>;

const gmcNumber = z.string().regex(/^\d{7}$/, 'A GMC reference number is seven digits.');

/** Who stands behind advice, as the register of their profession knows them. */
export const adviser = z.strictObject({
  grade: adviserGrade,
  professionalNumber: z
    .string()
    .regex(
      /^(?:\d{7}|\d{2}[A-Z]\d{4}[A-Z])$/,
      'Write your GMC number (seven digits) or your NMC PIN (such as 12A3456B).',
    )
    .describe("The adviser's own: a doctor's GMC reference number, a nurse's NMC PIN."),
  supervisor: z
    .strictObject({ professionalNumber: gmcNumber })
    .optional()
    .describe('The supervising consultant, by GMC number; needed from trainees.'),
});
export type Adviser = z.output<typeof adviser>;

/** Where a reader finds the guidance that advice rests on. */
export const guidanceLink = z.strictObject({
  title: line(200),
  url: z
    .url({
      protocol: /^https$/,
      hostname: z.regexes.domain,
      error: 'Write an address that begins with https:// and names a site.',
    })
    .max(2_000, 'Use at most 2000 characters.')
    .refine((url) => !/^https:\/\/[^/?#]*@/i.test(url), 'Leave user name and password out of the address.'),
});

const body = text(20_000);
const safetyNet = text(2_000).describe('When to come back, or to call: "come back if …".');
const links = z.array(guidanceLink).max(10, 'Name at most 10 links.');

export const addPost = request('cases', 'post', {
  summary:
    'Adds a message to the discussion. Advice needs a recommendation and its adviser, and moves the case to advice-given.',
  from: ['gateway'],
  who: { members: ['clinician', 'specialist'] },
  request: z.strictObject({
    commandId,
    caseId: id,
    kind: postKind,
    body,
    recommendation: recommendation.optional().describe('Of advice, which needs one.'),
    adviser: adviser.optional().describe('Of advice, which needs one.'),
    safetyNet: safetyNet.optional(),
    links: links.default([]).describe('Of advice: links to guidance.'),
    supersedes: id.optional().describe('Of advice: the advice in force that it replaces.'),
    attachments: z
      .array(id)
      .max(10, 'Attach at most 10 files to one post.')
      .default([])
      .describe('Files of this case that the author uploaded; each belongs to one post.'),
    mentions: z
      .array(id)
      .max(20, 'Mention at most 20 people in one post.')
      .default([])
      .describe('Members who may see the case; they are told.'),
    expectedVersion: z.int().min(1).optional().describe('Refused when the case has moved on since.'),
  }),
  reply: z.strictObject({ postId: id, status: caseStatus, version: z.int(), postedAt: instant }),
});

export const editPost = request('cases', 'edit-post', {
  summary:
    'Replaces the text of a post of the asking side, by its author, within 15 minutes. Former texts are kept. Advice is superseded instead.',
  from: ['gateway'],
  who: { members: ['clinician', 'specialist'] },
  request: z.strictObject({ commandId, caseId: id, postId: id, body }),
  reply: z.strictObject({ postId: id, version: z.int(), editedAt: instant.nullable() }),
});

export const postEdits = request('cases', 'post-edits', {
  summary: 'The former texts of a post, oldest first, for who may see the case.',
  from: ['gateway'],
  who: { members: 'any' },
  request: z.strictObject({ caseId: id, postId: id }),
  reply: z.strictObject({
    edits: z.array(z.strictObject({ body: z.string(), writtenAt: instant, replacedAt: instant })),
  }),
});

export const withdrawPost = request('cases', 'withdraw-post', {
  summary:
    'Takes a post back, by its author, with a reason: it stays in its place without its content. When no advice is left, the case awaits advice again.',
  from: ['gateway'],
  who: { members: ['clinician', 'specialist'] },
  request: z.strictObject({
    commandId,
    caseId: id,
    postId: id,
    reason: text(500).describe('Why, for everybody who sees the case.'),
  }),
  reply: z.strictObject({ postId: id, status: caseStatus, version: z.int(), withdrawnAt: instant }),
});

export const acknowledgeAdvice = request('cases', 'acknowledge-advice', {
  summary:
    'Says, for the asking side, that advice, or its withdrawal, has been taken note of; and, if so, that it was understood.',
  from: ['gateway'],
  who: { members: ['clinician', 'specialist'] },
  request: z.strictObject({ commandId, caseId: id, postId: id, understood: z.literal(true).optional() }),
  reply: z.strictObject({ postId: id, understood: z.boolean(), acknowledgedAt: instant }),
});

export const markRead = request('cases', 'mark-read', {
  summary:
    'Marks the discussion as read up to a post. A mark never moves back; what one wrote oneself is never unread.',
  from: ['gateway'],
  who: { members: 'any' },
  request: z.strictObject({
    caseId: id,
    number: z.int().min(0).describe('Of the last post that was read; 0 when there was none.'),
  }),
  reply: z.strictObject({ seen: z.int(), unread: z.int() }),
});

export const acknowledgement = z.strictObject({
  memberId: id,
  understood: z.boolean(),
  at: instant,
});

/** A post as readers see it. Of a withdrawn one only its place, author and reason are left. */
export const post = z.strictObject({
  postId: id,
  number: z.int().describe('Position in the discussion, from 1.'),
  kind: postKind,
  authorId: id,
  body: z.string().describe('Empty when the post was withdrawn.'),
  recommendation: recommendation.nullable(),
  postedAt: instant,
  adviser: adviser.nullable(),
  safetyNet: z.string().nullable(),
  links: z.array(z.strictObject({ title: z.string(), url: z.string() })),
  attachments: z.array(
    z.strictObject({
      fileId: id,
      state: fileState.nullable().describe('Null for a file that is gone, or cannot be asked about now.'),
    }),
  ),
  mentions: z.array(id),
  supersedes: id.nullable().describe('The advice that this one replaced.'),
  supersededBy: id.nullable().describe('The advice that replaced this one: read that instead.'),
  editedAt: instant.nullable(),
  withdrawn: z.strictObject({ at: instant, reason: z.string() }).nullable(),
  openedAt: instant.nullable().describe('Of advice: when the asking side first opened it.'),
  acknowledgements: z.array(acknowledgement).describe('Of advice: who took note of it.'),
});
export type Post = z.output<typeof post>;

export const myAdvice = request('cases', 'my-advice', {
  summary:
    "The caller's own advice, latest first, also of cases they may not see any more: their own words, and nothing else of the case.",
  from: ['gateway'],
  who: { members: 'any' },
  request: z.strictObject({ cursor: cursor.optional(), limit: pageLimit }),
  reply: z.strictObject({
    advice: z.array(
      z.strictObject({
        postId: id,
        caseId: id,
        body: z.string(),
        recommendation,
        adviser: adviser.nullable(),
        safetyNet: z.string().nullable(),
        links: z.array(z.strictObject({ title: z.string(), url: z.string() })),
        postedAt: instant,
        superseded: z
          .boolean()
          .nullable()
          .describe('Null where the caller may not see the case any more: what others did there is theirs.'),
        withdrawn: z.strictObject({ at: instant, reason: z.string() }).nullable(),
      }),
    ),
    nextCursor: z.string().nullable(),
  }),
});

export const caseMentioned = event('cases', 'case-mentioned', 1, {
  summary: 'A post mentions people. They are told if they may see the case by then.',
  consumers: ['notify'],
  data: z.strictObject({
    caseId: id,
    postId: id,
    authorId: id,
    requesterId: id,
    responsibleId: id.nullable(),
    memberIds: z.array(id).max(20),
    at: instant,
  }),
});

export const postChanged = event('cases', 'post-changed', 1, {
  summary: 'The author of a post gave it another text, or took it back.',
  consumers: ['notify'],
  data: z.strictObject({
    caseId: id,
    postId: id,
    kind: postKind,
    change: z.enum(['edited', 'withdrawn']),
    authorId: id,
    requesterId: id,
    responsibleId: id.nullable(),
    status: caseStatus,
    at: instant,
  }),
});
