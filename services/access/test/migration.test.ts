import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { identifyMember, listIssuers, plainProfile } from '@definitivedx/contracts';
import { type Database, migrate } from '@definitivedx/db';
import { startWorld, type World } from '@definitivedx/testing';
import { appModule } from '../src/app.module.js';
import type { AccessConfig, AuditKey } from '../src/config.js';
import { databaseOptions } from '../src/data/database.js';

let world: World;
let db: Database;

beforeAll(async () => {
  world = await startWorld();
  const options = databaseOptions(world.databaseUrls.access);
  const before = options.migrations.findIndex(({ name }) => name === '0004-onboarding');
  await migrate({ ...options, migrations: options.migrations.slice(0, before) });
  db = await world.database('access');
});
afterAll(() => world.stop());

const sql = <Row>(text: string, values: readonly unknown[] = []): Promise<Row[]> =>
  db.run<Row>({ name: '', text }, values);

describe('the migrations', () => {
  it('run with people in the tables, who go on signing in as before, and only there', async () => {
    const [practice, trust, member] = [randomUUID(), randomUUID(), randomUUID()];
    const issuer = 'https://before.invalid';
    await sql(
      `insert into organisation (id, ods_code, name, kind)
       values ($1, 'OLD1', 'Old practice', 'practice'), ($2, 'OLD2', 'Old trust', 'trust')`,
      [practice, trust],
    );
    await sql(`insert into member (id, name, email) values ($1, 'Old member', 'old@demo.invalid')`, [member]);
    await sql(`insert into identity (issuer, subject, member_id) values ($1, 'old', $2)`, [issuer, member]);
    await sql(
      `insert into membership (member_id, organisation_id, roles, position) values ($1, $2, '{clinician}', 0)`,
      [member, practice],
    );

    const auditKey = JSON.parse(readFileSync(world.secrets.auditKeyFile, 'utf8')) as AuditKey;
    await world.service<AccessConfig>('access', appModule, databaseOptions, { config: { auditKey } });
    const gateway = await world.as('gateway');
    const { issuers } = await world.request(listIssuers, gateway, {});
    expect(issuers).toEqual([
      {
        ...{ issuer, discoveryUrl: issuer, clientId: null, shared: true },
        ...{ profile: plainProfile, acrValues: null, audience: null },
      },
    ]);
    const identity = { issuer, subject: 'old', signIn: false };
    expect(await world.request(identifyMember, gateway, identity)).toMatchObject({
      memberId: member,
      odsCode: 'OLD1',
    });
    await sql(
      `insert into membership (member_id, organisation_id, roles, position) values ($1, $2, '{clinician}', 1)`,
      [member, trust],
    );
    await expect(
      world.request(identifyMember, gateway, { ...identity, odsCode: 'OLD2' }),
    ).rejects.toMatchObject({ code: 'forbidden' });
  });
});
