import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  asking,
  assertMigrated,
  Database,
  isOutOfTime,
  isUniqueViolation,
  migrate,
  Migration,
  statement,
  timeLimited,
  type DatabaseOptions,
  type Transaction,
} from '@definitivedx/db';
import { startWorld, type World } from '@definitivedx/testing';

class Note extends Migration {
  override up(): void {
    this.addSql('create table note (id int primary key, at timestamptz not null, body jsonb)');
  }
}

const insert = statement<{ id: number; at: Date; body: unknown }>(
  'test-note-insert',
  'insert into note (id, at, body) values ($1, $2, $3) returning id, at, body',
);
const count = statement<{ count: number }>(
  'test-note-count',
  'select count(*)::int as count from note where id = $1',
);
const prepared = statement<{ name: string }>('test-prepared', 'select name from pg_prepared_statements');

let world: World;
let db: Database;
let options: DatabaseOptions;

beforeAll(async () => {
  world = await startWorld();
  options = {
    url: world.databaseUrls.metrics,
    entities: [],
    migrations: [{ name: '0001-note', class: Note }],
  };
  await migrate(options);
  db = await Database.connect(options);
});
afterAll(async () => {
  await db.close();
  await world.stop();
});

const failureOf = (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    () => undefined,
    (error: unknown) => error,
  );

describe('a database', () => {
  it('applies each migration once', async () => {
    expect(await migrate(options)).toBe(0);
    await expect(assertMigrated(db, options)).resolves.toBeUndefined();
  });

  it('is refused when it lacks a migration the program was written for', async () => {
    const newer = { ...options, migrations: [...options.migrations, { name: '0002-more', class: Note }] };
    await expect(assertMigrated(db, newer)).rejects.toThrow('1 of 2 migrations');
  });

  it('runs a statement as a prepared one, on the connection of the transaction', async () => {
    const at = new Date('2026-01-02T03:04:05.678Z');
    const names = await db.transaction(async (tx) => {
      expect(await tx.run(insert, [1, at, { a: [1] }])).toEqual([{ id: 1, at, body: { a: [1] } }]);
      expect(await db.run(count, [1])).toEqual([{ count: 0 }]);
      return (await tx.run(prepared)).map((row) => row.name);
    });
    expect(names).toContain('test-note-insert');
    expect(await db.run(count, [1])).toEqual([{ count: 1 }]);
  });

  it('sends what waits with the next statement, in order, and in a transaction without any with the commit', async () => {
    const at = new Date();
    await db.transaction(async (tx) => {
      tx.later(insert, [20, at, null]);
      expect(await tx.run(count, [20])).toEqual([{ count: 1 }]);
      expect(await db.run(count, [20])).toEqual([{ count: 0 }]);
      tx.later(insert, [21, at, null]);
    });
    await db.transaction((tx) => {
      tx.later(insert, [22, at, { a: 'b' }]);
      tx.later(insert, [23, at, null]);
      return Promise.resolve();
    });
    for (const id of [20, 21, 22, 23]) expect(await db.run(count, [id])).toEqual([{ count: 1 }]);
  });

  it('undoes everything when what waited fails, in the commit too', async () => {
    const at = new Date();
    const twice = [
      async (tx: Transaction) => {
        await tx.run(insert, [30, at, null]);
        tx.later(insert, [30, at, null]);
      },
      (tx: Transaction) => {
        tx.later(insert, [30, at, null]);
        tx.later(insert, [30, at, null]);
        return Promise.resolve();
      },
    ];
    for (const work of twice) {
      const failure: unknown = await db.transaction(work).catch((e: unknown) => e);
      expect(isUniqueViolation(failure, 'note_pkey')).toBe(true);
      expect(await db.run(count, [30])).toEqual([{ count: 0 }]);
    }
  });

  it('does not call it committed when a failure was ignored', async () => {
    const work = db.transaction(async (tx) => {
      await tx.run(insert, [40, new Date(), null]);
      await tx.run(insert, [40, new Date(), null]).catch(() => undefined);
    });
    await expect(work).rejects.toThrow('had failed');
    expect(await db.run(count, [40])).toEqual([{ count: 0 }]);
  });

  it('runs several at once outside a transaction: all count, or none, and the next ones still work', async () => {
    const at = new Date();
    const [rows, [counted]] = await db.runAll(asking(insert, [50, at, { a: 1 }]), asking(count, [50]));
    expect(rows).toEqual([{ id: 50, at, body: { a: 1 } }]);
    expect(counted).toEqual({ count: 1 });
    const unknownTable = statement<never>('test-unknown', 'select * from no_such_table');
    for (let i = 0; i < 3; i += 1) {
      await expect(db.runAll(asking(insert, [51, at, null]), asking(unknownTable))).rejects.toThrow(
        'no_such_table',
      );
      expect(await db.run(count, [51])).toEqual([{ count: 0 }]);
    }
    await expect(db.run(insert, [52, Symbol('unsendable'), null])).rejects.toThrow();
    expect(await db.run(count, [52])).toEqual([{ count: 0 }]);
  });

  it('has the server end what takes longer than it was given, in that round trip or transaction alone', async () => {
    const sleep = statement<never>('test-sleep', 'select pg_sleep($1)');
    const limits = statement<{ limit: string }>(
      'test-limit',
      `select current_setting('statement_timeout') as limit`,
    );
    expect(isOutOfTime(await failureOf(db.runAll(timeLimited(50), asking(sleep, [3]))))).toBe(true);
    const [, [within]] = await db.runAll(timeLimited(0.4), asking(limits));
    expect(within).toEqual({ limit: '1ms' });
    // On every connection there is.
    const after = await Promise.all(Array.from({ length: 10 }, () => db.run(limits)));
    expect(after.flat()).toEqual(Array.from({ length: 10 }, () => ({ limit: '0' })));
    const inTransaction = db.transaction(async (tx) => {
      await tx.runAll(timeLimited(50));
      await tx.run(sleep, [3]);
    });
    expect(isOutOfTime(await failureOf(inTransaction))).toBe(true);
    expect(await db.run(limits)).toEqual([{ limit: '0' }]);
  });

  it('lets MikroORM see what waited before it', async () => {
    await db.transaction(async (tx) => {
      tx.later(insert, [60, new Date(), null]);
      expect(await tx.em.execute('select id from note where id = 60')).toEqual([{ id: 60 }]);
      await tx.em.execute('insert into note (id, at) values (61, now())');
    });
    expect(await db.run(count, [61])).toEqual([{ count: 1 }]);
  });

  it('undoes everything when the work throws, and does not call what was to follow the commit', async () => {
    let called = false;
    const work = db.transaction(async (tx) => {
      tx.afterCommit(() => (called = true));
      await tx.run(insert, [2, new Date(), null]);
      throw new Error('changed my mind');
    });
    await expect(work).rejects.toThrow('changed my mind');
    expect(await db.run(count, [2])).toEqual([{ count: 0 }]);
    expect(called).toBe(false);
  });

  it('says which error was a unique violation', async () => {
    const twice = db.transaction(async (tx) => {
      await tx.run(insert, [3, new Date(), null]);
      await tx.run(insert, [3, new Date(), null]);
    });
    const error: unknown = await twice.catch((e: unknown) => e);
    expect(isUniqueViolation(error, 'note_pkey')).toBe(true);
  });

  it('that cannot be reached is unavailable, not an internal error', async () => {
    const away = await Database.connect({ ...options, url: 'postgres://x:y@127.0.0.1:1/x' });
    await expect(away.ping()).rejects.toMatchObject({ code: 'unavailable' });
    await expect(away.transaction((tx) => tx.run(count, [1]))).rejects.toMatchObject({ code: 'unavailable' });
    await away.close();
  });

  it('knows no two statements of one name', () => {
    expect(() => statement('test-note-count', 'select 2')).toThrow('two statements');
  });
});
