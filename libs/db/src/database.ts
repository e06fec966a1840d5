import { MikroORM, type Constructor, type EntityManager, type EntitySchema } from '@mikro-orm/postgresql';
import { Migrator, type Migration } from '@mikro-orm/migrations';
import { inSpan, SpanKind } from '@definitivedx/telemetry';
import type pg from 'pg';
import { entityManagerOn } from './entity-manager.js';
import { isDatabaseUnreachable, isSerialisationFailure, translate } from './failures.js';
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

const begin: Statement<never> = { name: 'begin', text: 'begin' };
const commit: Statement<never> = { name: 'commit', text: 'commit' };
const rollback: Statement<never> = { name: 'rollback', text: 'rollback' };

/** Runs a prepared statement in a span of its own: named after it, without its text or its values. */
function runOn<Row>(
  on: pg.Pool | pg.ClientBase,
  s: Statement<Row>,
  values: readonly unknown[],
): Promise<Row[]> {
  const options = {
    kind: SpanKind.CLIENT,
    attributes: { 'db.system.name': 'postgresql', 'db.operation.name': s.name },
  };
  return inSpan(`pg ${s.name}`, options, async () => {
    const result = await on.query(toQueryConfig(s), [...values]);
    return result.rows as Row[];
  });
}

/** An open transaction. What takes one can only be called inside a transaction, and the type says so. */
export class Transaction implements Queryable {
  private readonly hooks: (() => void)[] = [];
  private manager: EntityManager | undefined;

  constructor(
    private readonly client: pg.ClientBase,
    private readonly orm: MikroORM,
  ) {}

  /** MikroORM on this very transaction. Made when first asked for: most commands do with statements. */
  get em(): EntityManager {
    this.manager ??= entityManagerOn(this.orm, this.client);
    return this.manager;
  }

  run<Row>(s: Statement<Row>, values: readonly unknown[] = []): Promise<Row[]> {
    return runOn(this.client, s, values);
  }

  /** Calls back once the transaction is committed; never after a rollback. For hints only: a crash loses it. */
  afterCommit(hook: () => void): void {
    this.hooks.push(hook);
  }

  /** @internal Writes what MikroORM still holds back. */
  async flush(): Promise<void> {
    await this.manager?.flush();
  }

  /** @internal */
  committed(): void {
    for (const hook of this.hooks) hook();
  }
}

/**
 * How long a statement may take, in milliseconds: less than a request on the bus is waited for. A server that has
 * stopped answering (a frozen machine, a cut network) closes no connection, so that nothing else would end the wait.
 */
const queryTimeoutMs = 4_000;

/** A service's own database. */
export class Database implements Queryable {
  private constructor(
    private readonly orm: MikroORM,
    private readonly pool: pg.Pool,
    readonly url: string,
  ) {}

  /** Prepares the pool. Does not wait for the server: a service starts, unready, while its database is away. */
  static async connect(options: DatabaseOptions): Promise<Database> {
    let pool: pg.Pool | undefined;
    const orm = await openOrm(options, {
      query_timeout: queryTimeoutMs,
      onPoolCreated: (created) => (pool = created),
    });
    // Has MikroORM make its pool now; asking for its native client would connect, and wait for the server.
    orm.em.getConnection().getClient();
    if (!pool) throw new Error('MikroORM made no connection pool');
    return new Database(orm, pool, options.url);
  }

  /**
   * Runs `work` in one READ COMMITTED transaction and commits it, or rolls back when it throws.
   * A deadlock or serialisation failure runs it again, at most three times.
   * @throws AppError `unavailable` when the server cannot be reached.
   */
  async transaction<T>(work: (tx: Transaction) => Promise<T>): Promise<T> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await this.attempt(work);
      } catch (error) {
        if (attempt < 3 && isSerialisationFailure(error)) continue;
        throw translate(error);
      }
    }
  }

  private async attempt<T>(work: (tx: Transaction) => Promise<T>): Promise<T> {
    const client = await this.pool.connect();
    let broken = false;
    try {
      await runOn(client, begin, []);
      const tx = new Transaction(client, this.orm);
      const result = await work(tx);
      await tx.flush();
      await runOn(client, commit, []);
      tx.committed();
      return result;
    } catch (error) {
      // A connection that cannot even roll back is not given to the next.
      broken =
        isDatabaseUnreachable(error) ||
        (await runOn(client, rollback, []).then(
          () => false,
          () => true,
        ));
      throw error;
    } finally {
      client.release(broken);
    }
  }

  /** Runs one statement outside any transaction. */
  async run<Row>(s: Statement<Row>, values: readonly unknown[] = []): Promise<Row[]> {
    try {
      return await runOn(this.pool, s, values);
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
export function openOrm(
  options: DatabaseOptions,
  driverOptions: pg.ClientConfig & { readonly onPoolCreated?: (pool: pg.Pool) => void } = {},
): Promise<MikroORM> {
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
    driverOptions: {
      connectionTimeoutMillis: 3_000,
      keepAlive: true,
      ...driverOptions,
    },
    migrations: {
      migrationsList: options.migrations.map((m) => ({ name: m.name, class: m.class })),
      tableName: 'migration',
      snapshot: false,
      transactional: true,
    },
  });
}
