import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { until } from '@definitivedx/testing';
import { sealAudit, signTreeHead } from '../src/commands/seal-audit.js';
import { AccessWorld } from './access-world.js';
import { Ledger } from './audit-ledger.js';

let access: AccessWorld;
let ledger: Ledger;

beforeAll(async () => {
  access = await AccessWorld.start();
  ledger = new Ledger(access);
});
afterAll(() => access.stop());

/** A promise and what settles it. */
function gate(): { opened: Promise<void>; open: () => void } {
  let open: () => void = () => undefined;
  const opened = new Promise<void>((resolve) => (open = resolve));
  return { opened, open };
}

const low = async (): Promise<number> =>
  Number((await access.sql<{ low: string }>('select low from audit_sealing'))[0]!.low);
const leafOf = (id: string) =>
  access.sql<{ index: string }>('select leaf_index as index from audit_leaf where audit_id = $1', [id]);
const insert = `insert into audit (at, actor_kind, act, outcome) values (now(), 'unknown', 'test.act', 'allowed') returning id`;

async function expectWhole(): Promise<void> {
  await ledger.sealAndSign();
  const [counts] = await access.sql(`
    select (select count(*) from audit) = (select count(*) from audit_leaf) as each_once,
           (select count(*) from audit_leaf) = (select max(leaf_index) + 1 from audit_leaf) as without_gaps`);
  expect(counts).toEqual({ each_once: true, without_gaps: true });
  expect((await ledger.verify(await ledger.export())).findings).toEqual([]);
}

describe('rows that commit out of order', () => {
  it('are all sealed, however late the one with the smaller id comes', async () => {
    const held = gate();
    const inserted = gate();
    let early = '';
    const slow = access.db.transaction(async (tx) => {
      const [row] = await tx.run<{ id: string }>({ name: '', text: insert });
      early = row!.id;
      inserted.open();
      await held.opened;
    });
    await inserted.opened;
    await ledger.write(20);
    for (let pass = 0; pass < 5; pass += 1) await sealAudit(access);
    await until(async () => (await ledger.unsealed()) === 0);
    expect(await low()).toBeLessThan(Number(early));
    held.open();
    await slow;
    await until(async () => {
      await sealAudit(access);
      return (await leafOf(early)).length === 1;
    });
    await expectWhole();
    expect(await low()).toBeGreaterThan(Number(early));
  });

  it('are all sealed, also when the id was drawn before its transaction had a number', async () => {
    const held = gate();
    const drawn = gate();
    let early = '';
    let numbered: string | null = '';
    // As an insert that is held up between the default of its id and its row: the lock is there, a number is not.
    await access.sql(`select nextval(pg_get_serial_sequence('audit', 'id')) from generate_series(1, 40)`);
    const slow = access.db.transaction(async (tx) => {
      await tx.run({ name: '', text: 'lock table audit in row exclusive mode' });
      const [row] = await tx.run<{ id: string; xid: string | null }>({
        name: '',
        text: `select nextval(pg_get_serial_sequence('audit', 'id')) as id, pg_current_xact_id_if_assigned()::text as xid`,
      });
      early = row!.id;
      numbered = row!.xid;
      drawn.open();
      await held.opened;
      await tx.run(
        {
          name: '',
          text: insert
            .replace('(at,', '(id, at,')
            .replace('values (', 'overriding system value values ($1, '),
        },
        [early],
      );
    });
    await drawn.opened;
    await ledger.write(20);
    for (let pass = 0; pass < 5; pass += 1) await sealAudit(access);
    await until(async () => (await ledger.unsealed()) === 0);
    // Were it numbered, looking at running transactions would do.
    expect(numbered).toBeNull();
    expect(await low()).toBeLessThan(Number(early));
    held.open();
    await slow;
    await until(async () => {
      await sealAudit(access);
      return (await leafOf(early)).length === 1;
    });
    await expectWhole();
  });

  it('and are rolled back leave no hole in the tree', async () => {
    await access.db
      .transaction(async (tx) => {
        await tx.run({ name: '', text: insert });
        throw new Error('rolled back');
      })
      .catch(() => undefined);
    await ledger.write(2);
    await expectWhole();
  });
});

describe('several sealers beside many writers', () => {
  it('seal each row once', async () => {
    await ledger.sealAndSign();
    const writing = new AbortController();
    const sealers = Array.from({ length: 3 }, async () => {
      while (!writing.signal.aborted) {
        await sealAudit(access);
        await signTreeHead({ db: access.db, clock: access.world.clock }, ledger.signer);
      }
    });
    const writers = Array.from({ length: 4 }, async (_, writer) => {
      for (let round = 0; round < 40; round += 1) {
        await access.db
          .transaction(async (tx) => {
            for (let n = 0; n < 5; n += 1) await tx.run({ name: '', text: insert });
            if ((writer + round) % 7 === 0) throw new Error('rolled back');
          })
          .catch(() => undefined);
      }
    });
    await Promise.all(writers);
    writing.abort();
    await Promise.all(sealers);
    await expectWhole();
  }, 60_000);
});

describe('a sealer that fails', () => {
  /** Works until it fails; a pass during which another one sat there does nothing. */
  const untilItFails = async (work: () => Promise<unknown>): Promise<never> => {
    for (;;) await work();
  };

  it.each(['audit_leaf', 'audit_node'])('at %s has done nothing, and goes on afterwards', async (table) => {
    const leaves = () => access.sql('select count(*) from audit_leaf');
    await ledger.seal();
    await access.sql(`alter table ${table} add constraint full_disk check (false) not valid`);
    try {
      const before = await leaves();
      await ledger.write(40);
      await expect(untilItFails(() => sealAudit(access))).rejects.toThrow('full_disk');
      expect(await leaves()).toEqual(before);
    } finally {
      await access.sql(`alter table ${table} drop constraint full_disk`);
    }
    await expectWhole();
  });

  it('between sealing and signing leaves rows that the next head covers', async () => {
    await ledger.write(40);
    await ledger.seal();
    await access.sql('alter table audit_head add constraint full_disk check (false) not valid');
    const sign = () => signTreeHead({ db: access.db, clock: access.world.clock }, ledger.signer);
    try {
      await expect(untilItFails(sign)).rejects.toThrow('full_disk');
    } finally {
      await access.sql('alter table audit_head drop constraint full_disk');
    }
    await expectWhole();
  });
});

describe('a part of the audit', () => {
  it('is shown row by row to be in the whole, and an older head to be a prefix', async () => {
    const practice = await access.organisation();
    const gp = await access.member(practice);
    const { caseId } = await access.newCase(gp, {
      kind: 'member',
      memberId: (await access.member(practice)).memberId,
    });
    await access.check(gp, caseId);
    await ledger.write(37);
    await ledger.sealAndSign();
    const older = (await ledger.export()).findLast(({ type }) => type === 'head') as never as {
      treeSize: number;
    };
    await access.check(gp, caseId);
    await ledger.write(50);
    await ledger.sealAndSign();
    const keys = [ledger.publicKey];
    const wanted = [
      { kind: 'case', caseId } as const,
      { kind: 'organisation', organisationId: practice.organisationId } as const,
    ];
    for (const part of wanted) {
      const lines = await ledger.export(part, older.treeSize);
      const verdict = await ledger.verify(lines, { keys, since: older as never });
      expect(verdict).toMatchObject({ wrong: 0, sinceHolds: true });
      expect(verdict.rows).toBeGreaterThanOrEqual(2);

      const edited = structuredClone(lines);
      const row = edited.find(({ type }) => type === 'row')!;
      Object.assign(row['row']!, { outcome: 'refused' });
      expect((await ledger.verify(edited)).findings.join()).toContain('it was changed');
      const moved = structuredClone(lines);
      Object.assign(
        moved.find(({ type }) => type === 'row')!,
        { leafIndex: 1 },
      );
      expect((await ledger.verify(moved)).findings.join()).toContain('not in the tree that was signed');
      const anothers = structuredClone(lines);
      Object.assign(anothers[0]!['selection']!, { caseId: practice.organisationId, organisationId: caseId });
      expect((await ledger.verify(anothers)).findings.length).toBeGreaterThan(0);
    }
  });
});
