import { randomUUID } from 'node:crypto';
import {
  acknowledgeAdvice,
  closeCase,
  copyToRecord,
  editPost,
  markRead,
  postEdits,
  withdrawPost,
  type InputOf,
  type Post,
  type ReplyOf,
} from '@definitivedx/contracts';
import type { Clinic, Person } from './clinic.js';

/** What people do with the posts of a case, each time as a new command unless a test says otherwise. */
export class Discussing {
  constructor(private readonly clinic: Clinic) {}

  async edit(
    by: Person,
    caseId: string,
    postId: string,
    rest: Partial<InputOf<typeof editPost>> = {},
  ): Promise<ReplyOf<typeof editPost>> {
    const input = { commandId: randomUUID(), caseId, postId, body: 'Other words.', ...rest };
    return this.clinic.world.request(editPost, await by.caller(), input);
  }

  async formerTexts(by: Person, caseId: string, postId: string): Promise<string[]> {
    const { edits } = await this.clinic.world.request(postEdits, await by.caller(), { caseId, postId });
    return edits.map(({ body }) => body);
  }

  async withdraw(
    by: Person,
    caseId: string,
    postId: string,
    rest: Partial<InputOf<typeof withdrawPost>> = {},
  ): Promise<ReplyOf<typeof withdrawPost>> {
    const input = { commandId: randomUUID(), caseId, postId, reason: 'It was wrong.', ...rest };
    return this.clinic.world.request(withdrawPost, await by.caller(), input);
  }

  async acknowledge(
    by: Person,
    caseId: string,
    postId: string,
    rest: Partial<InputOf<typeof acknowledgeAdvice>> = {},
  ): Promise<ReplyOf<typeof acknowledgeAdvice>> {
    const input = { commandId: randomUUID(), caseId, postId, ...rest };
    return this.clinic.world.request(acknowledgeAdvice, await by.caller(), input);
  }

  async mark(by: Person, caseId: string, number: number): Promise<ReplyOf<typeof markRead>> {
    return this.clinic.world.request(markRead, await by.caller(), { caseId, number });
  }

  async copy(by: Person, caseId: string): Promise<ReplyOf<typeof copyToRecord>> {
    const input = { commandId: randomUUID(), caseId };
    return this.clinic.world.request(copyToRecord, await by.caller(), input);
  }

  async close(by: Person, caseId: string): Promise<ReplyOf<typeof closeCase>> {
    const survey = { outcome: 'confirmed-plan', referral: 'contemplated-avoided' } as const;
    const input = { commandId: randomUUID(), caseId, survey };
    return this.clinic.world.request(closeCase, await by.caller(), input);
  }

  /** One post as somebody reads it. */
  async seen(by: Person, caseId: string, postId: string): Promise<Post> {
    const { posts } = await this.clinic.read(by, caseId);
    const found = posts.find((post) => post.postId === postId);
    if (!found) throw new Error('no such post');
    return found;
  }

  /** What the timeline of a case has of some kinds, in order. */
  async happened(
    caseId: string,
    ...kinds: readonly string[]
  ): Promise<[string, string | null, string | null][]> {
    const rows = await this.clinic.rows<{ kind: string; actor: string | null; subject: string | null }>(
      `select kind, actor_id as actor, subject_id as subject from timeline
       where case_id = $1 and kind = any ($2::text[]) order by id`,
      [caseId, kinds],
    );
    return rows.map(({ kind, actor, subject }) => [kind, actor, subject]);
  }
}
