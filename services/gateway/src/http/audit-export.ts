import { Readable } from 'node:stream';
import type { FastifyReply } from 'fastify';
import type { Bus } from '@definitivedx/bus';
import { auditTree, type ReplyOf, type caseAuditLeaves } from '@definitivedx/contracts';
import { AppError } from '@definitivedx/errors';

type Page = ReplyOf<typeof caseAuditLeaves>;

interface Wanted {
  readonly selection: Readonly<Record<string, string>>;
  readonly since: number | undefined;
  readonly now: Date;
  /** Asks for the leaves after one, on behalf of the caller. */
  readonly page: (at: { treeSize: number; after: number }) => Promise<Page>;
}

/**
 * Sends a part of the audit as NDJSON, page by page as the client reads. The first page comes before the reply begins, so
 * that a refusal is an answer; a failure later on cuts the reply off, which its missing last line shows.
 * @throws AppError of the first page; `unavailable` before anything was signed
 */
export async function sendExport(reply: FastifyReply, bus: Bus, wanted: Wanted): Promise<void> {
  const { since } = wanted;
  const tree = await bus.request(auditTree, await bus.self(), since === undefined ? {} : { since });
  const { head } = tree;
  if (!head) {
    throw new AppError('unavailable', 'Nothing of the audit is signed yet. Please try again in a minute.', {
      retryAfterSeconds: 60,
    });
  }
  const first = await wanted.page({ treeSize: head.treeSize, after: -1 });
  void reply
    .header('content-type', 'application/x-ndjson')
    .header('content-disposition', 'attachment; filename="audit.ndjson"')
    .header('x-content-type-options', 'nosniff')
    .header('cache-control', 'no-store');
  await reply.send(Readable.from(linesOf(wanted, { ...tree, head }, first)));
}

async function* linesOf(
  { selection, since, now, page }: Wanted,
  { keys, head, consistency }: ReplyOf<typeof auditTree> & { head: object & { treeSize: number } },
  first: Page,
): AsyncGenerator<string> {
  const about = { type: 'header', format: 'definitivedx-audit', version: 1 };
  yield lineOf({ ...about, exportedAt: now.toISOString(), selection, keys });
  yield lineOf(head);
  if (consistency) yield lineOf({ type: 'consistency', from: since, path: consistency });
  let rows = 0;
  for (let current: Page | undefined = first; current !== undefined;) {
    const { leaves, next }: Page = current;
    rows += leaves.length;
    yield leaves.map(lineOf).join('');
    current = next === null ? undefined : await page({ treeSize: head.treeSize, after: next });
  }
  yield lineOf({ type: 'end', rows });
}

const lineOf = (line: unknown): string => `${JSON.stringify(line)}\n`;
