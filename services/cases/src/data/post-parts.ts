import { statement, type Transaction } from '@definitivedx/db';

interface Of {
  readonly caseId: string;
  readonly postId: string;
}

const attach = statement<{ fileId: string }>(
  'attachment-insert',
  `insert into attachment (file_id, post_id, case_id, place)
   select file_id, $2, $3, place from unnest($1::uuid[]) with ordinality as t (file_id, place)
   on conflict (file_id) do nothing
   returning file_id as "fileId"`,
);

/** Attaches files to a post, in order. @returns those that were free; the others belong to another post. */
export async function attachFiles(
  tx: Transaction,
  { caseId, postId }: Of,
  fileIds: readonly string[],
): Promise<ReadonlySet<string>> {
  const attached = await tx.run(attach, [fileIds, postId, caseId]);
  return new Set(attached.map(({ fileId }) => fileId));
}

const mention = statement<never>(
  'mention-insert',
  'insert into mention (post_id, member_id, case_id) select $2, member_id, $3 from unnest($1::uuid[]) as t (member_id)',
);

/** Records whom a post mentions. */
export function mentionMembers(tx: Transaction, { caseId, postId }: Of, memberIds: readonly string[]): void {
  tx.later(mention, [memberIds, postId, caseId]);
}
