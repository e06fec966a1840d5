import pg from 'pg';
import { Refusal, duration } from '../../../bootstrap/steps.mjs';
import { functions, type LoadPlan, type Whose } from './functions.js';
import { caseRows, directoryRows, grantRows, markRows } from './statements.js';

/** Databases to load into, each as an administrator who may leave triggers out. */
export interface LoadInto {
  readonly casesUrl: string;
  /** Absent: nobody will be asked who may see them. */
  readonly accessUrl?: string;
}

const batch = 25_000;
const lanes = 2;
const caseTables = [
  'cases',
  'post',
  'audience',
  'response_clock',
  'responsibility',
  'timeline',
  'case_text',
  'read_mark',
  'ending',
];
const accessTables = ['case_ref', 'access_grant'];

/**
 * Fills the databases of a system with cases as they would be after two years: the same each time, but for the time.
 * Rows are made in the database itself, on two connections, without triggers and before the indexes that no constraint
 * needs; what constraints and triggers would have seen to is right by how the rows are made.
 * @throws Refusal when cases were loaded before: they would be the same ones
 */
export async function loadCases(into: LoadInto, plan: LoadPlan, note: (line: string) => void): Promise<void> {
  if (into.accessUrl !== undefined) {
    await fill(into.accessUrl, accessTables, plan, note, {
      name: 'Grants',
      loaded: `select from organisation where ods_code = 'LOADP1000'`,
      before: directoryRows,
      rows: grantRows,
    });
  }
  await fill(into.casesUrl, caseTables, plan, note, {
    name: 'Cases',
    loaded: 'select from cases where code = pg_temp.code(1)',
    before: [],
    rows: (first, last) => [...caseRows(first, last), markRows(first, last)],
  });
}

interface Filling {
  readonly name: string;
  /** Gives a row when it was done before. */
  readonly loaded: string;
  readonly before: readonly string[];
  readonly rows: (first: number, last: number) => readonly string[];
}

async function fill(
  url: string,
  tables: readonly string[],
  plan: LoadPlan,
  note: (line: string) => void,
  { name, loaded, before, rows }: Filling,
): Promise<void> {
  const started = performance.now();
  const clients = await Promise.all(Array.from({ length: lanes }, () => connect(url, plan)));
  const [first] = clients;
  if (first === undefined) return;
  try {
    if ((await first.query(loaded)).rowCount !== 0)
      throw new Refusal('Cases were loaded here already. Begin anew: npm start -- --fresh');
    for (const statement of before) await first.query(statement);
    const indexes = await dropIndexes(first, tables);
    const starts = Array.from({ length: Math.ceil(plan.cases / batch) }, (_, i) => 1 + i * batch);
    await inLanes(clients, starts, async (client, start) => {
      await client.query('begin');
      for (const statement of rows(start, Math.min(start + batch - 1, plan.cases)))
        await client.query(statement);
      await client.query('commit');
    });
    note(`${name}: rows written after ${duration(performance.now() - started)}`);
    await inLanes(clients, indexes, (client, definition) => client.query(definition));
    await inLanes(clients, tables, (client, table) => client.query(`vacuum (analyze, parallel 0) ${table}`));
    // What was written is settled now, and not while something is measured.
    await first.query('checkpoint');
    note(`${name}: indexes built after ${duration(performance.now() - started)}`);
  } finally {
    await Promise.all(clients.map((client) => client.end()));
  }
}

async function connect(url: string, plan: LoadPlan): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  await client.query(`set session_replication_role = replica; set synchronous_commit = off; set jit = off;
    set maintenance_work_mem = '512MB'; set work_mem = '64MB'; set max_parallel_maintenance_workers = 1;
    set gin_pending_list_limit = '64MB'`);
  await client.query(functions(plan));
  return client;
}

/** Drops the indexes that no constraint needs. @returns their definitions */
async function dropIndexes(client: pg.Client, tables: readonly string[]): Promise<string[]> {
  const { rows } = await client.query<{ name: string; definition: string }>(
    `select i.indexrelid::regclass::text as name, pg_get_indexdef(i.indexrelid) as definition
     from pg_index i join pg_class c on c.oid = i.indexrelid
     where i.indrelid = any ($1::regclass[]) and not exists (select from pg_constraint k where k.conindid = i.indexrelid)
     order by c.relpages desc`,
    [tables],
  );
  for (const { name } of rows) await client.query(`drop index ${name}`);
  // The longest first, so that the two lanes end at about the same time.
  return rows
    .map(({ definition }) => definition)
    .sort((a, b) => Number(b.includes(' gin ')) - Number(a.includes(' gin ')));
}

async function inLanes<T>(
  clients: readonly pg.Client[],
  items: readonly T[],
  work: (client: pg.Client, item: T) => Promise<unknown>,
): Promise<void> {
  const queue = [...items];
  await Promise.all(
    clients.map(async (client) => {
      for (let item = queue.shift(); item !== undefined; item = queue.shift()) await work(client, item);
    }),
  );
}

/** The demo's GP and panel in an access database. @throws Refusal when they are not there */
export async function demoPeople(accessUrl: string): Promise<Whose> {
  const client = new pg.Client({ connectionString: accessUrl });
  await client.connect();
  try {
    const { rows } = await client.query<Whose>(
      `select gp.id as "requesterId", ms.organisation_id as "practiceId", p.id as "panelId", pm.member_id as "specialistId"
       from member gp join membership ms on ms.member_id = gp.id and ms.position = 0
       join member s on s.email = 'specialist-on-call@demo.invalid'
       join panel_member pm on pm.member_id = s.id join panel p on p.id = pm.panel_id
       where gp.email = 'gp@demo.invalid'`,
    );
    const [found] = rows;
    if (found === undefined)
      throw new Refusal('The demo people are not there. Start the system first: npm start');
    return found;
  } finally {
    await client.end();
  }
}
