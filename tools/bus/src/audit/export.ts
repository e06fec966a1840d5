import type { Caller } from '@definitivedx/auth';
import type { Bus } from '@definitivedx/bus';
import {
  auditLeaves,
  auditStrays,
  auditTree,
  partOfAudit,
  type InputOf,
  type ReplyOf,
} from '@definitivedx/contracts';

type Part = InputOf<typeof partOfAudit>['of'];
export type Wanted = { readonly kind: 'all' } | Part;

/** The lines of an export, as objects: everything, or a part with a proof for each row. */
export async function* exportLines(
  bus: Pick<Bus, 'request'>,
  caller: () => Promise<Caller>,
  { wanted, since, now }: { wanted: Wanted; since?: number | undefined; now: Date },
): AsyncGenerator<object> {
  const { keys, head, consistency } = await bus.request(
    auditTree,
    await caller(),
    since === undefined ? {} : { since },
  );
  yield {
    ...{ type: 'header', format: 'definitivedx-audit', version: 1 },
    ...{ exportedAt: now.toISOString(), selection: wanted, keys },
  };
  let rows = 0;
  if (head) {
    const { treeSize } = head;
    if (wanted.kind !== 'all') yield head;
    if (wanted.kind !== 'all' && consistency) yield { type: 'consistency', from: since, path: consistency };
    for (let after: number | null = -1; after !== null;) {
      const { leaves, heads, next }: ReplyOf<typeof auditLeaves> =
        wanted.kind === 'all'
          ? await bus.request(auditLeaves, await caller(), { treeSize, after })
          : {
              heads: [],
              ...(await bus.request(partOfAudit, await caller(), { treeSize, after, of: wanted })),
            };
      rows += leaves.length;
      yield* inOrder(leaves, heads);
      after = next;
    }
  }
  if (wanted.kind === 'all') yield* strays(bus, caller);
  yield { type: 'end', rows };
}

/** Each head after the last leaf it covers. */
function* inOrder(
  leaves: ReplyOf<typeof auditLeaves>['leaves'],
  heads: ReplyOf<typeof auditLeaves>['heads'],
): Generator<object> {
  const waiting = [...heads];
  for (const leaf of leaves) {
    while (waiting[0] && waiting[0].treeSize <= leaf.leafIndex) yield waiting.shift() as object;
    yield leaf;
  }
  yield* waiting;
}

async function* strays(bus: Pick<Bus, 'request'>, caller: () => Promise<Caller>): AsyncGenerator<object> {
  for (let after: string | undefined = '0'; after !== undefined;) {
    const { rows }: ReplyOf<typeof auditStrays> = await bus.request(auditStrays, await caller(), { after });
    for (const row of rows) yield { type: 'stray', row };
    after = rows.at(-1)?.id;
  }
}
