import { MikroORM, type Constructor, type EntityManager, type EntitySchema } from '@mikro-orm/postgresql';
import { Migrator, type Migration } from '@mikro-orm/migrations';
import { CompiledQuery, type Kysely } from 'kysely';
import { isSerialisationFailure, translate } from './failures.js';
import { toQueryConfig, type Queryable, type Statement } from './statement.js';

export interface DatabaseOptions {
  /** postgres://role:password@host:port/database */
  readonly url: string;
  readonly entities: readonly EntitySchema[];
  /** In order; never renamed or removed once released. */
  readonly migrations: readonly { readonly name: string; readonly class: Constructor<Migration> }[];
  /** Connections at most; 10 when absent. */
  readonly poolMax?: number;
}

/** Runs a prepared statement on a transaction's connection, or on any of the pool. */
async function runOn<Row>(
  on: Pick<Kysely<unknown>, 'executeQuery'>,
  s: Statement<Row>,
  values: readonly unknown[],
): Promise<Row[]> {
  // Kysely hands `sql` to node-postgres unread, and node-postgres takes an object with a name as a prepared
  // statement; database.test.ts fails should a Kysely release change that.
  const query = CompiledQuery.raw(toQueryConfig(s) as unknown as string, [...values]);
  const result = await on.executeQuery(query);
  return result.rows as Row[];
}

/** An open transaction. What takes one can only be called inside a transaction, and the type says so. */
export class Transaction implements Queryable {
  private readonly hooks: (() => void)[] = [];

  constructor(readonly em: EntityManager) {}

  run<Row>(s: Statement<Row>, values: readonly unknown[] = []): Promise<Row[]> {
    return runOn(this.em.getKysely(), s, values);
  }

  /** Calls back once the transaction is committed; never after a rollback. For hints only: a crash loses it. */
  afterCommit(hook: () => void): void {
    this.hooks.push(hook);
  }

  /** @internal */
  committed(): void {
    for (const hook of this.hooks) hook();
  }
}

/** A service's own database. */
export class Database implements Queryable {
  private constructor(
    private readonly orm: MikroORM,
    readonly url: string,
  ) {}

  /** Prepares the pool. Does not wait for the server: a service starts, unready, while its database is away. */
  static async connect(options: DatabaseOptions): Promise<Database> {
    return new Database(await openOrm(options), options.url);
  }

  /**
   * Runs `work` in one READ COMMITTED transaction and commits it, or rolls back when it throws.
   * A deadlock or serialisation failure runs it again, at most three times.
   * @throws AppError `unavailable` when the server cannot be reached.
   */
  async transaction<T>(work: (tx: Transaction) => Promise<T>): Promise<T> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        let tx: Transaction | undefined;
        const result = await this.orm.em.fork().transactional(async (em) => {
          tx = new Transaction(em);
          return work(tx);
        });
        tx?.committed();
        return result;
      } catch (error) {
        if (attempt < 3 && isSerialisationFailure(error)) continue;
        throw translate(error);
      }
    }
  }

  /** Runs one statement outside any transaction. */
  async run<Row>(s: Statement<Row>, values: readonly unknown[] = []): Promise<Row[]> {
    try {
      // The pool itself: MikroORM's own entity manager would slip into a transaction that is open around this call.
      return await runOn(this.orm.em.getConnection().getClient(), s, values);
    } catch (error) {
      throw translate(error);
    }
  }

  /** An entity manager with an identity map of its own, for reads. */
  fork(): EntityManager {
    return this.orm.em.fork();
  }

  /** Resolves when the server answers; throws `unavailable` otherwise. */
  async ping(): Promise<void> {
    await this.run({ name: 'ping', text: 'select 1' });
  }

  async close(): Promise<void> {
    await this.orm.close(true);
  }
}

/** MikroORM as every service uses it: no discovery by file name, no implicit connection, no query log. */
export function openOrm(options: DatabaseOptions): Promise<MikroORM> {
  return MikroORM.init({
    clientUrl: options.url,
    entities: [...options.entities],
    // A service without entities (files, metrics at first) is legitimate.
    discovery: { warnWhenNoEntities: false },
    extensions: [Migrator],
    allowGlobalContext: true,
    debug: false,
    logger: () => undefined,
    pool: { min: 0, max: options.poolMax ?? 10, idleTimeoutMillis: 30_000 },
    driverOptions: { connectionTimeoutMillis: 3_000, keepAlive: true },
    migrations: {
      migrationsList: options.migrations.map((m) => ({ name: m.name, class: m.class })),
      tableName: 'migration',
      snapshot: false,
      transactional: true,
    },
  });
}
