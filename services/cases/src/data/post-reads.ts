import type { Adviser, Post } from '@definitivedx/contracts';
import { toAcknowledge } from './acknowledgements.js';
import { unreadOf } from './read-marks.js';

type AsText = string;

/** A post as PostgreSQL writes JSON: times are text with an offset, and what was withdrawn is still there. */
export interface PostRead extends Pick<
  Post,
  'postId' | 'number' | 'kind' | 'authorId' | 'body' | 'recommendation' | 'safetyNet' | 'supersededBy'
> {
  readonly links: Post['links'] | null;
  readonly adviser: AdviserRead | null;
  readonly postedAt: AsText;
  readonly openedAt: AsText | null;
  readonly editedAt: AsText | null;
  readonly withdrawnAt: AsText | null;
  readonly withdrawnReason: string | null;
}

interface AdviserRead extends Omit<Adviser, 'supervisor'> {
  readonly supervisor: NonNullable<Adviser['supervisor']> | null;
}

/** What is read of the discussion of a case. */
export interface DiscussionRead {
  readonly posts: readonly PostRead[];
  readonly attachments: readonly { readonly postId: string; readonly fileId: string }[];
  readonly mentions: readonly { readonly postId: string; readonly memberId: string }[];
  readonly acknowledgements: readonly {
    readonly postId: string;
    readonly memberId: string;
    readonly understood: boolean;
    readonly at: AsText;
  }[];
  readonly unread: number;
  readonly toAcknowledge: string[];
}

/** The adviser of a post `p`, as JSON; null for what is no advice, and for advice from before it was asked. */
export const adviserOf = (
  p: string,
): string => `case when ${p}.adviser_grade is not null then jsonb_build_object(
     'grade', ${p}.adviser_grade, 'professionalNumber', ${p}.professional_number,
     'supervisor', case when ${p}.supervisor_number is not null
       then jsonb_build_object('professionalNumber', ${p}.supervisor_number) end) end`;

const listOf = (row: string, order: string, from: string): string =>
  `coalesce((select jsonb_agg(jsonb_build_object(${row}) order by ${order}) from ${from}), '[]')`;

/**
 * Columns of a `DiscussionRead`, in a statement about case `c` for reader $2. What few posts have is looked up once a
 * case, and not once a post.
 */
export const discussion = `
     ${listOf(
       `'postId', p.id, 'number', p.number, 'kind', p.kind, 'authorId', p.author_id, 'body', p.body,
         'recommendation', p.recommendation, 'postedAt', p.posted_at, 'adviser', ${adviserOf('p')},
         'safetyNet', p.safety_net, 'links', p.links, 'supersededBy', p.superseded_by, 'openedAt', p.opened_at,
         'editedAt', p.edited_at, 'withdrawnAt', p.withdrawn_at, 'withdrawnReason', p.withdrawn_reason`,
       'p.number',
       'post p where p.case_id = c.id',
     )} as posts,
     ${listOf(`'postId', t.post_id, 'fileId', t.file_id`, 't.place', 'attachment t where t.case_id = c.id')} as attachments,
     ${listOf(`'postId', n.post_id, 'memberId', n.member_id`, 'n.member_id', 'mention n where n.case_id = c.id')} as mentions,
     ${listOf(
       `'postId', a.post_id, 'memberId', a.member_id, 'understood', a.understood, 'at', a.at`,
       'a.at, a.member_id',
       `acknowledgement a where a.case_id = c.id and a.about = 'advice' and a.at is not null`,
     )} as acknowledgements,
     ${unreadOf('c.id', '$2')} as unread,
     ${toAcknowledge} as "toAcknowledge"`;
