import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { v7 } from 'uuid';
import type { Queryable, Statement } from '@definitivedx/db';
import { decide, lookingUpControl, whoMaySee } from '../src/data/decision.js';
import { AccessWorld } from './access-world.js';

/** So many cases are asked about at once. */
const page = 50;

/** A node of a plan, as `explain (format json)` gives it. */
interface PlanNode {
  readonly 'Node Type': string;
  readonly 'Relation Name'?: string;
  readonly 'Shared Hit Blocks': number;
  readonly 'Shared Read Blocks': number;
  readonly Plans?: readonly PlanNode[];
}

let access: AccessWorld;
const practiceId = v7();

/** The id of number `n`, in SQL and here. */
const idOf = (kind: 'case' | 'member', n: string): string =>
  `('0000000${kind === 'case' ? '1' : '2'}-0000-7000-8000-' || lpad((${n})::text, 12, '0'))::uuid`;
const ids = (kind: 'case' | 'member', count: number): string[] =>
  Array.from(
    { length: count },
    (_, i) => `0000000${kind === 'case' ? '1' : '2'}-0000-7000-8000-${String(i * 97 + 1).padStart(12, '0')}`,
  );
const caseIds = ids('case', page);
const memberIds = ids('member', 20);

beforeAll(async () => {
  access = await AccessWorld.start();
  // As many rows as would take commands an hour: plans are about numbers alone.
  for (const statement of [
    `insert into organisation (id, ods_code, name, kind) values ('${practiceId}', 'PLAN1', 'Practice', 'practice')`,
    `insert into member (id, name, email)
       select ${idOf('member', 'n')}, 'Member', 'member@demo.invalid' from generate_series(0, 1999) as t (n)`,
    `insert into membership (member_id, organisation_id, roles, position)
       select id, '${practiceId}', '{clinician}', 0 from member`,
    `insert into organisation_duty (organisation_id, member_id, duty, given_at)
       select '${practiceId}', id, 'governance', now() from member`,
    `insert into case_ref (case_id, requester_id, organisation_id)
       select ${idOf('case', 'n')}, ${idOf('member', 'n % 2000')}, '${practiceId}' from generate_series(1, 10000) as t (n)`,
    `insert into access_grant (id, case_id, principal_kind, principal_id, given_by, given_at)
       select gen_random_uuid(), case_id, 'member', requester_id, requester_id, now()
         from case_ref cross join generate_series(1, 2)`,
    `insert into governance_opening (id, case_id, member_id, organisation_id, reason, opened_at, ends_at)
       select gen_random_uuid(), case_id, requester_id, organisation_id, 'An enquiry', now(), now() + interval '1 day'
         from case_ref`,
    `insert into audit (at, actor_kind, actor_id, organisation_id, act, case_id, outcome)
       select now(), 'member', requester_id, organisation_id, 'case.access', case_id, 'allowed' from case_ref`,
    'analyze',
  ]) {
    await access.sql(statement);
  }
}, 60_000);

afterAll(() => access.stop());

/** Runs a statement with the settings of the service (libs/db: one plan for all values), and returns how it was run. */
function planOf({ text }: Statement<unknown>, values: readonly unknown[]): Promise<PlanNode> {
  const given = values.map(literal).join(', ');
  return access.db.transaction(async (tx) => {
    await tx.run({ name: '', text: `prepare planned as ${text}` });
    const [row] = await tx.run<{ 'QUERY PLAN': [{ Plan: PlanNode }] }>({
      name: '',
      text: `explain (analyze, buffers, format json) execute planned (${given})`,
    });
    await tx.run({ name: '', text: 'deallocate planned' });
    return row!['QUERY PLAN'][0].Plan;
  });
}

/** Ids, codes and times, written into the text: what is prepared by hand takes no parameters. */
function literal(value: unknown): string {
  if (Array.isArray(value)) return `'{${value.join(',')}}'`;
  if (value instanceof Date) return `'${value.toISOString()}'`;
  return typeof value === 'string' ? `'${value}'` : 'null';
}

const nodesOf = (node: PlanNode): PlanNode[] => [node, ...(node.Plans ?? []).flatMap(nodesOf)];

/** Tables that are read from their first row to their last. */
const readWhole = (plan: PlanNode): (string | undefined)[] =>
  nodesOf(plan)
    .filter((node) => node['Node Type'] === 'Seq Scan')
    .map((node) => node['Relation Name'])
    // One row: there is nothing to look up.
    .filter((table) => table !== 'organisation' && table !== 'panel' && table !== 'panel_member');

const blocks = (plan: PlanNode): number => plan['Shared Hit Blocks'] + plan['Shared Read Blocks'];

/** What `decide` runs, without running it. */
async function decision(asked: readonly string[]): Promise<[Statement<unknown>, readonly unknown[]]> {
  const memberId = memberIds[3]!;
  const caller = await access.world.member({ memberId, organisationId: practiceId });
  let ran: [Statement<unknown>, readonly unknown[]] | undefined;
  const listening: Pick<Queryable, 'run'> = {
    run: (statement, values = []) => {
      ran = [statement, values];
      return Promise.resolve([]);
    },
  };
  await decide(
    listening as Queryable,
    caller,
    { caseIds: [...asked], purpose: 'list' },
    new Date(),
    undefined,
  );
  return ran!;
}

it('a check with its audit, of one case or a page of them, reads no table whole', async () => {
  for (const asked of [caseIds.slice(0, 1), caseIds]) {
    const plan = await planOf(...(await decision(asked)));
    expect(readWhole(plan)).toEqual([]);
    // Reading, and writing the audit with its indexes: a few blocks for each case, however many there are.
    expect(blocks(plan)).toBeLessThan(60 + asked.length * 40);
  }
});

it('a check without audit, of one case or a page of them, for one person or many, reads no table whole', async () => {
  for (const asked of [caseIds.slice(0, 1), caseIds]) {
    for (const people of [memberIds.slice(0, 1), memberIds]) {
      const { statement, values } = whoMaySee(asked, people, new Date());
      const plan = await planOf(statement, values);
      expect(readWhole(plan)).toEqual([]);
    }
  }
});

it('whether someone controls a case reads no table whole, and costs the same for a governance lead', async () => {
  const caller = await access.world.member({ memberId: memberIds[3]!, organisationId: practiceId });
  const { statement, values } = lookingUpControl(caseIds[0]!, caller, new Date());
  const plan = await planOf(statement, values);
  expect(readWhole(plan)).toEqual([]);
  expect(blocks(plan)).toBeLessThan(60);
});
