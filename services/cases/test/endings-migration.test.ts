import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { migrate, type Database, type DatabaseOptions } from '@definitivedx/db';
import { startWorld, type World } from '@definitivedx/testing';
import { databaseOptions } from '../src/data/database.js';

let world: World;
let db: Database;
let options: DatabaseOptions;

beforeAll(async () => {
  world = await startWorld();
  options = databaseOptions(world.databaseUrls.cases);
  const place = options.migrations.findIndex(({ name }) => name === '0010-endings');
  await migrate({ ...options, migrations: options.migrations.slice(0, place) });
  db = await world.database('cases');
});
afterAll(() => world.stop());

const sql = <Row>(text: string, values: readonly unknown[] = []): Promise<Row[]> =>
  db.run<Row>({ name: '', text }, values);

const asked = new Date('2026-10-01T09:00:00Z');
const closed = new Date('2026-10-05T09:00:00Z');

/** A case as the version before leaves it. */
async function oldCase(status: 'closed' | 'cancelled'): Promise<string> {
  const caseId = randomUUID();
  await sql(
    `insert into cases (id, requester_id, organisation_id, question, history, age_band, sex, intended_action,
       priority, status, version, text_bytes, created_at, last_activity_at)
     values ($1, $1, $1, 'q', 'h', '2-5 years', 'male', 'refer', 'routine', $2, 3, 10, $3, $4)`,
    [caseId, status, asked, closed],
  );
  if (status === 'closed') await survey(caseId, closed);
  return caseId;
}

const survey = (caseId: string, at: Date): Promise<unknown> =>
  sql(
    `insert into survey (case_id, member_id, outcome, referral, closed_at)
     values ($1, $1, 'none', 'other', $2)`,
    [caseId, at],
  );

describe('the migration of endings', () => {
  it('knows of cases that ended before when and by whom, and leaves room for the version before', async () => {
    const [first, second] = [await oldCase('closed'), await oldCase('cancelled')];
    await migrate(options);
    const endings = 'select case_id, ended_at, status, ended_by from ending order by status';
    expect(await sql(endings)).toEqual([
      { case_id: second, ended_at: closed, status: 'cancelled', ended_by: null },
      { case_id: first, ended_at: closed, status: 'closed', ended_by: first },
    ]);
    expect(await sql('select distinct ended_at, ended_as, referral_allowed from cases')).toEqual([
      { ended_at: closed, ended_as: null, referral_allowed: false },
    ]);
    // As the version before closes, and one that was closed before, and reopened, again.
    const third = await oldCase('closed');
    const again = new Date('2026-10-09T09:00:00Z');
    await survey(first, again);
    const surveys =
      'select case_id, closed_at, given_at from survey where case_id = any ($1) order by closed_at';
    expect(await sql(surveys, [[first, third]])).toHaveLength(3);
  });
});
