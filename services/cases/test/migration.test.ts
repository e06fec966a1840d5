import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Database, migrate } from '@definitivedx/db';
import { startWorld, type World } from '@definitivedx/testing';
import { databaseOptions } from '../src/data/database.js';
import { readCaseCode } from '../src/domain/case-code.js';

let world: World;
let db: Database;

beforeAll(async () => {
  world = await startWorld();
  const options = databaseOptions(world.databaseUrls.cases);
  await migrate({ ...options, migrations: options.migrations.slice(0, 1) });
  db = await world.database('cases');
});
afterAll(() => world.stop());

const sql = <Row>(text: string, values: readonly unknown[] = []): Promise<Row[]> =>
  db.run<Row>({ name: '', text }, values);

/** A case as the first version writes it, shared with these panels in order. */
async function oldCase(...panels: string[]): Promise<string> {
  const caseId = randomUUID();
  await sql(
    `with made as (
       insert into cases (id, requester_id, organisation_id, question, history, age_band, sex, intended_action,
         priority, status, version, post_count, text_bytes, created_at, last_activity_at)
       values ($1, $1, $1, 'q', 'h', '2-5 years', 'male', 'refer', 'routine', 'awaiting-advice', 1, 0, 10, now(), now())
     ), filed as (
       insert into audience (case_id, grant_id, kind, principal, last_activity_at)
       select $1, ('00000000-0000-7000-8000-' || substr($1::text, 25, 10) || lpad(place::text, 2, '0'))::uuid, 'panel',
         panel, now()
       from unnest($2::uuid[]) with ordinality as t (panel, place)
     )
     insert into responsibility (case_id, member_id, reason, from_at) values ($1, $1, 'on-call', now())`,
    [caseId, panels],
  );
  return caseId;
}

interface Migrated {
  readonly id: string;
  readonly code: string;
  readonly lead: string | null;
}
const cases = (): Promise<Migrated[]> => sql('select id, code, lead_panel_id as lead from cases');

describe('the migrations', () => {
  it('run with cases in the tables, which get a code of their own and the panel asked first as their lead', async () => {
    const [first, second] = [randomUUID(), randomUUID()];
    const [led, alone] = [await oldCase(first, second), await oldCase()];
    for (let count = 0; count < 40; count += 1) await oldCase(second);
    const options = databaseOptions(world.databaseUrls.cases);
    expect(await migrate(options)).toBe(options.migrations.length - 1);

    const filed = `select count(*)::int as n from cases c
      where exists (select from audience a where a.case_id = c.id and a.kind = 'practice' and a.principal = c.organisation_id)`;
    expect(await sql(filed)).toEqual([{ n: 42 }]);
    const migrated = await cases();
    expect(new Set(migrated.map(({ code }) => code)).size).toBe(42);
    expect(migrated.filter(({ code }) => readCaseCode(code) !== code)).toEqual([]);
    expect(migrated.find(({ id }) => id === led)?.lead).toBe(first);
    expect(migrated.find(({ id }) => id === alone)?.lead).toBeNull();
    const unasked = `select count(*)::int as n from cases where consent_at is null and template is null
      and examination is null and results = '[]' and not referral_allowed`;
    expect(await sql(unasked)).toEqual([{ n: 42 }]);
  });

  it('leave room for the previous version, whose new cases get a code too', async () => {
    const caseId = await oldCase();
    const { code } = (await cases()).find(({ id }) => id === caseId)!;
    expect(readCaseCode(code)).toBe(code);
  });
});
