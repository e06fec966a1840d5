import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { v7 as uuidv7 } from 'uuid';
import { migrate } from '@definitivedx/db';
import { startWorld, type World } from '@definitivedx/testing';
import { databaseOptions } from '../src/data/database.js';

let world: World;
beforeAll(async () => {
  world = await startWorld();
});
afterAll(() => world.stop());

describe('the migration to hand-overs', () => {
  it('keeps the rows of the version before, and looks at every panel that had a rota or an override', async () => {
    const options = databaseOptions(world.databaseUrls.notify);
    await migrate({ ...options, migrations: options.migrations.slice(0, 1) });
    const db = await world.database('notify');
    const sql = <Row>(text: string, values: readonly unknown[] = []): Promise<Row[]> =>
      db.run<Row>({ name: '', text }, values);
    const [withRota, withOverride, member, caseId] = [uuidv7(), uuidv7(), uuidv7(), uuidv7()];
    await sql(`insert into rota values ($1, 'Europe/London', now())`, [withRota]);
    await sql(`insert into rota_override values ($1, $2, $3, now(), now() + interval '1 hour')`, [
      uuidv7(),
      withOverride,
      member,
    ]);
    await sql(`insert into stream_position values ($1, 1)`, [member]);
    await sql(`insert into stream_entry values ($1, 1, 'case-shared', $2, now(), $3)`, [
      member,
      caseId,
      uuidv7(),
    ]);
    await sql(
      `insert into mail (id, message_id, source_message, member_id, case_id, template, created_at, next_attempt_at)
       values ($1, 'one', $2, $3, $4, 'case-shared', now(), now())`,
      [uuidv7(), uuidv7(), member, caseId],
    );

    await migrate(options);
    const timers = await sql<{ panelId: string }>(
      `select panel_id as "panelId" from timer where kind = 'shift-change'`,
    );
    expect(timers.map((row) => row.panelId).toSorted()).toEqual([withRota, withOverride].toSorted());
    expect(await sql('select 1 from stream_entry')).toHaveLength(1);
    expect(await sql('select 1 from mail')).toHaveLength(1);
  });
});
