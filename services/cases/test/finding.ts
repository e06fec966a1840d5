import { randomUUID } from 'node:crypto';
import {
  countCases,
  followCase,
  listCases,
  revokeShare,
  shareFurther,
  unfollowCase,
  type AudienceEntry,
  type InputOf,
  type ReplyOf,
} from '@definitivedx/contracts';
import type { Clinic, Person } from './clinic.js';

type Input = Partial<InputOf<typeof listCases>>;
type Row = ReplyOf<typeof listCases>['cases'][number];

/** How people find cases again. */
export class Finding {
  constructor(private readonly clinic: Clinic) {}

  async page(by: Person, input: Input = {}): Promise<ReplyOf<typeof listCases>> {
    return this.clinic.world.request(listCases, await by.caller(), { limit: 100, ...input });
  }

  /** All rows of a list, page by page. */
  async rows(by: Person, input: Input = {}): Promise<Row[]> {
    const rows: Row[] = [];
    let cursor: string | null | undefined;
    do {
      const page: ReplyOf<typeof listCases> = await this.page(by, {
        ...input,
        ...(cursor ? { cursor } : {}),
      });
      rows.push(...page.cases);
      cursor = page.nextCursor;
    } while (cursor !== null);
    return rows;
  }

  async ids(by: Person, input: Input = {}): Promise<string[]> {
    return (await this.rows(by, input)).map(({ caseId }) => caseId);
  }

  async search(by: Person, words: string): Promise<string[]> {
    return this.ids(by, { words });
  }

  async counts(by: Person): Promise<ReplyOf<typeof countCases>> {
    return this.clinic.world.request(countCases, await by.caller(), {});
  }

  async follow(by: Person, caseId: string): Promise<ReplyOf<typeof followCase>> {
    return this.clinic.world.request(followCase, await by.caller(), { commandId: randomUUID(), caseId });
  }

  async unfollow(by: Person, caseId: string): Promise<ReplyOf<typeof unfollowCase>> {
    return this.clinic.world.request(unfollowCase, await by.caller(), { commandId: randomUUID(), caseId });
  }

  async share(by: Person, caseId: string, audience: AudienceEntry[]): Promise<string[]> {
    const input = { commandId: randomUUID(), caseId, audience };
    return (await this.clinic.world.request(shareFurther, await by.caller(), input)).grantIds;
  }

  async revoke(by: Person, caseId: string, grantId: string): Promise<void> {
    const input = { commandId: randomUUID(), caseId, grantId };
    await this.clinic.world.request(revokeShare, await by.caller(), input);
  }

  /** What the projection says otherwise than the cases do. */
  wronglyFiled(): Promise<unknown[]> {
    return this.clinic.rows(`
      select a.case_id, 'course' as what from audience a
      join cases c on c.id = a.case_id left join response_clock k on k.case_id = c.id
      where a.open <> (c.status in ('awaiting-advice', 'awaiting-information', 'advice-given'))
        or a.due_at is distinct from case when k.running_since is not null then k.due_at end
        or a.last_activity_at <> c.last_activity_at
      union all
      select c.id, 'words' from cases c left join case_text t on t.case_id = c.id
      where t.document is distinct from case_document(c.id)`);
  }
}
