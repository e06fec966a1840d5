import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { auditRow } from '@definitivedx/contracts';
import type { Trust } from '@definitivedx/testing';
import { AccessWorld } from './access-world.js';
import { Ledger, newKey, type Line } from './audit-ledger.js';
import { HeadSigner } from '../src/sealing/tree-head.js';

let access: AccessWorld;
let ledger: Ledger;

beforeAll(async () => {
  access = await AccessWorld.start();
  ledger = new Ledger(access);
});
afterAll(() => access.stop());

const isRow = (line: Line): boolean => line.type === 'row';
type Head = NonNullable<Trust['since']>;
// A line of type head has these fields; the verifier under test is what checks them.
const latestHead = (lines: readonly Line[]): Head =>
  lines.findLast(({ type }) => type === 'head') as unknown as Head;

/** Whole blocks of the tree, and a part of one. */
beforeAll(async () => {
  await ledger.write(70);
  await ledger.sealAndSign();
  await ledger.write(25);
  await ledger.sealAndSign();
});

describe('the sealed audit', () => {
  it('hashes every column there is', async () => {
    const columns = await access.sql<{ name: string }>(
      `select column_name as name from information_schema.columns where table_name = 'audit'`,
    );
    const camel = columns.map(({ name }) =>
      name.replaceAll(/_(.)/g, (_, letter: string) => letter.toUpperCase()),
    );
    expect(camel.sort()).toEqual(Object.keys(auditRow.shape).sort());
  });

  it('verifies, with a key from elsewhere and without the server', async () => {
    const lines = await ledger.export();
    const verdict = await ledger.verify(lines);
    expect(verdict).toMatchObject({ wrong: 0, findings: [] });
    expect(verdict.rows).toBeGreaterThanOrEqual(95);
    expect(verdict.heads).toBeGreaterThanOrEqual(2);
    expect(verdict.latest?.treeSize).toBe(verdict.rows);
  });

  it('can be neither changed nor shortened, leaves, nodes, heads and keys included', async () => {
    for (const table of ['audit_leaf', 'audit_node', 'audit_head', 'audit_key']) {
      await expect(access.sql(`delete from ${table}`)).rejects.toThrow('append-only');
      await expect(access.sql(`truncate ${table} cascade`)).rejects.toThrow('append-only');
    }
  });

  it('says nothing anew while nothing happens', async () => {
    const standing = () =>
      access.sql('select (select count(*) from audit_head), (select xmin::text from audit_sealing)');
    await ledger.sealAndSign();
    await ledger.seal();
    // Two more passes may be taken up with noting that all writers are gone.
    await ledger.seal();
    const before = await standing();
    await ledger.sealAndSign();
    await new Promise((resolve) => setTimeout(resolve, 1_500));
    expect(await standing()).toEqual(before);
  });
});

describe('what somebody with the database in their hands does', () => {
  const findings = async (): Promise<string> =>
    (await ledger.verify(await ledger.export())).findings.join('\n');
  const row = '(select audit_id from audit_leaf where leaf_index = 40)';

  it.each([
    [
      'an edited act',
      `update audit set act = 'other.act' where id = ${row}`,
      `update audit set act = 'test.act' where id = ${row}`,
    ],
    [
      'a time moved by a microsecond',
      `update audit set at = at + interval '1 microsecond' where id = ${row}`,
      `update audit set at = at - interval '1 microsecond' where id = ${row}`,
    ],
    [
      'an added detail',
      `update audit set detail = detail || '{"x": 1}' where id = ${row}`,
      `update audit set detail = detail - 'x' where id = ${row}`,
    ],
    [
      'another actor',
      `update audit set actor_kind = 'service' where id = ${row}`,
      `update audit set actor_kind = 'unknown' where id = ${row}`,
    ],
  ])('%s is found, and the row is named', async (_what, tamper, undo) => {
    const [{ id }] = (await access.sql<{ id: string }>(`select ${row}::text as id`)) as [{ id: string }];
    const found = await ledger.tampered(tamper, undo, findings);
    expect(found).toContain(`row ${id} `);
    expect(found).toContain('it was changed');
    expect(await findings()).toBe('');
  });

  it('a deleted row is found', async () => {
    await access.sql(`create table kept as select * from audit where id = ${row}`);
    const found = await ledger.tampered(
      `delete from audit where id = ${row}`,
      'insert into audit overriding system value select * from kept',
      findings,
    );
    expect(found).toContain('the row of leaf 40 was deleted');
    expect(await findings()).toBe('');
  });

  it('two leaves that changed places with their rows are found by the head', async () => {
    const swap = 'delete from audit_leaf where leaf_index in (40, 41)';
    await access.sql('create table leaves as select * from audit_leaf where leaf_index in (40, 41)');
    const put = (from: string) => `insert into audit_leaf select ${from}, audit_id, hash from leaves`;
    const found = await ledger.tampered(
      swap,
      'delete from audit_leaf where leaf_index in (40, 41)',
      async () => {
        await access.sql(put('81 - leaf_index'));
        return findings();
      },
    );
    await access.sql(put('leaf_index'));
    expect(found).toContain('the rows before it are not those that it was signed for');
    expect(await findings()).toBe('');
  });

  it('a row put among the others is found', async () => {
    // Ids leave gaps when transactions are rolled back.
    await access.db
      .transaction(async (tx) => {
        await tx.run({
          name: '',
          text: `insert into audit (at, actor_kind, act, outcome) values (now(), 'unknown', 'gap', 'allowed')`,
        });
        throw new Error('rolled back');
      })
      .catch(() => undefined);
    await ledger.write(1);
    await ledger.sealAndSign();
    await ledger.seal();
    await ledger.write(1);
    await ledger.sealAndSign();
    const found = await ledger.tampered(
      `insert into audit (id, at, actor_kind, act, outcome) overriding system value
       select (select n from generate_series(1, (select low from audit_sealing)) as n
                where not exists (select from audit where id = n) order by n desc limit 1),
              now(), 'unknown', 'planted', 'allowed'`,
      `delete from audit where act = 'planted'`,
      findings,
    );
    expect(found).toContain('(planted,');
    expect(found).toContain('was put among the others after they had been sealed');
    expect(await findings()).toBe('');
  });

  it('a history hashed anew, row, leaf and nodes, is found by the heads that were signed before', async () => {
    const found = await ledger.tampered(
      `create table was as select * from audit_leaf where leaf_index = 40`,
      `update audit_leaf set hash = (select hash from was) where leaf_index = 40`,
      async () => {
        await access.sql(`update audit_leaf set hash = sha256('\\x00'::bytea) where leaf_index = 40`);
        return findings();
      },
    );
    expect(found).toContain('the rows before it are not those that it was signed for');
    expect(await findings()).toBe('');
  });
});

describe('what somebody with the export in their hands does', () => {
  let lines: Line[];
  beforeEach(async () => {
    lines = await ledger.export();
  });
  const rowAt = (n: number): number => lines.findIndex((line) => isRow(line) && line['leafIndex'] === n);
  const spoilt = async (change: () => void): Promise<string> => {
    change();
    return (await ledger.verify(lines)).findings.join('\n');
  };

  it.each<[string, () => void, string]>([
    ['edits a row', () => Object.assign(lines[rowAt(7)]!['row']!, { origin: '192.0.2.1' }), 'it was changed'],
    ['deletes a row', () => lines.splice(rowAt(7), 1), 'left out'],
    ['exchanges two rows', () => lines.splice(rowAt(7), 2, lines[rowAt(8)]!, lines[rowAt(7)]!), 'moved'],
    ['doubles a row', () => lines.splice(rowAt(7), 0, lines[rowAt(7)]!), 'added'],
    [
      'numbers the others anew after deleting one',
      () => {
        lines.splice(rowAt(7), 1);
        for (const line of lines.filter(isRow))
          if (Number(line['leafIndex']) > 7) line['leafIndex'] = Number(line['leafIndex']) - 1;
      },
      'it stands after',
    ],
    ['adds a field', () => Object.assign(lines[rowAt(7)]!['row']!, { reason: 'none' }), 'not of the format'],
    ['cuts the end off', () => lines.splice(-1), 'cut off'],
    ['cuts rows off', () => lines.splice(-3, 2), 'rows; it has'],
    [
      'leaves a head out and cuts after it',
      () => {
        const at = lines.findLastIndex(({ type }) => type === 'head');
        lines.splice(at, 1);
      },
      'covered by no well-signed head',
    ],
    [
      'changes when a head was signed',
      () => Object.assign(latestHead(lines), { at: '2020-01-01T00:00:00.000Z' }),
      'its signature is not by the key',
    ],
  ])('%s: found', async (_what, change, finding) => {
    expect(await spoilt(change)).toContain(finding);
  });

  it('signs a history of their own with a key of their own: found', async () => {
    const forger = new HeadSigner(newKey('audit-forged'));
    const head = latestHead(lines);
    Object.assign(head, { keyId: forger.kid, signature: forger.sign(head).toString('base64url') });
    (lines[0]!['keys'] as unknown[]).push(JSON.parse(forger.publicKey));
    expect((await ledger.verify(lines)).findings.join()).toContain('not among the trusted ones');
    // Taken at its word the export agrees with itself, which the program says.
    expect((await ledger.verify(lines, {})).wrong).toBe(0);
  });
});

describe('an older head', () => {
  it('is a prefix of all that comes later, and of nothing else', async () => {
    const older = latestHead(await ledger.export());
    await ledger.write(40);
    await ledger.sealAndSign();
    const lines = await ledger.export();
    const trust = { keys: [ledger.publicKey], since: older };
    expect(await ledger.verify(lines, trust)).toMatchObject({ wrong: 0, sinceHolds: true });
    // The same size, signed well, over other rows: what a restored or rewritten audit would show.
    const other = { ...older, rootHash: older.rootHash.replaceAll(/./g, 'a') };
    const signed = { ...other, signature: ledger.signer.sign(other).toString('base64url') };
    expect((await ledger.verify(lines, { ...trust, since: signed })).findings.join()).toContain(
      'not shown to be a prefix',
    );
    const longer = { ...older, treeSize: older.treeSize + 10_000 };
    const later = { ...longer, signature: ledger.signer.sign(longer).toString('base64url') };
    expect((await ledger.verify(lines, { ...trust, since: later })).sinceHolds).toBe(false);
  });
});

describe('a new signing key', () => {
  it('goes on where the old one stopped; both stay known', async () => {
    const next = new HeadSigner(newKey('audit-next'));
    await ledger.write(3);
    await ledger.seal();
    await ledger.sign(next);
    const lines = await ledger.export();
    expect((lines[0]!['keys'] as { kid: string }[]).map(({ kid }) => kid)).toEqual(
      expect.arrayContaining([ledger.signer.kid, next.kid]),
    );
    const both = { keys: [ledger.publicKey, JSON.parse(next.publicKey) as unknown] };
    expect(await ledger.verify(lines, both)).toMatchObject({ wrong: 0 });
    expect((await ledger.verify(lines)).findings.join()).toContain('not among the trusted ones');
  });
});
