import { MikroORM, type Constructor, type EntityManager, type EntitySchema } from '@mikro-orm/postgresql';
import { Migrator, type Migration } from '@mikro-orm/migrations';
import { inSpan, SpanKind } from '@definitivedx/telemetry';
import type pg from 'pg';
import { entityManagerOn } from './entity-manager.js';
import { isDatabaseUnreachable, isSerialisationFailure, translate } from './failures.js';
import { roundTrip, type Answer } from './round-trip.js';
import { asking, type Asked, type Queryable, type RowsOf, type Statement } from './statement.js';

export interface DatabaseOptions {
  /** postgres://role:password@host:port/database */
  readonly url: string;
  readonly entities: readonly EntitySchema[];
  /** In order; never renamed or removed once released. */
  readonly migrations: readonly { readonly name: string; readonly class: Constructor<Migration> }[];
  /** Connections at most; 10 when absent. */
  readonly poolMax?: number;
}

const begin = asking<never>({ name: 'begin', text: 'begin' });
const commit = asking<never>({ name: 'commit', text: 'commit' });
const rollback = asking<never>({ name: 'rollback', text: 'rollback' });

/**
 * Each named statement is planned once per connection. PostgreSQL would rather plan anew at each execution whenever it
 * hopes to gain by knowing how long an array is, which costs several times the execution; and compiling is for reports.
 */
const serverSettings = '-c plan_cache_mode=force_generic_plan -c jit=off';

/** One round trip in a span of its own: named after its first statement, without texts or values. */
async function spanned(client: pg.ClientBase, asked: readonly Asked[]): Promise<Answer[]> {
  const [first = 'nothing', ...others] = asked
    .map((one) => one.statement.name)
    .filter((name, i, { length }) => length === 1 || (name !== 'begin' && name !== 'commit'));
  const options = {
    kind: SpanKind.CLIENT,
    attributes: {
      'db.system.name': 'postgresql',
      'db.operation.name': first,
      ...(others.length > 0 ? { 'ddx.db.others': others.join('/') } : {}),
    },
  };
  return inSpan(`pg ${first}`, options, () => roundTrip(client, asked));
}

/** An open transaction. What takes one can only be called inside a transaction, and the type says so. */
export class Transaction implements Queryable {
  private readonly hooks: (() => void)[] = [];
  private manager: EntityManager | undefined;
  /** What goes out with the next round trip; the first one begins the transaction. */
  private waiting: Asked[] = [];
  private begun = false;

  constructor(
    private readonly client: pg.ClientBase,
    private readonly orm: MikroORM,
  ) {}

  /** MikroORM on this very transaction. Made when first asked for: most commands do with statements. */
  get em(): EntityManager {
    this.manager ??= entityManagerOn(this.orm, this.client, () => this.catchUp());
    return this.manager;
  }

  async run<Row>(s: Statement<Row>, values: readonly unknown[] = []): Promise<Row[]> {
    const [rows] = await this.runAll(asking(s, values));
    return rows;
  }

  async runAll<const A extends readonly Asked[]>(...asked: A): Promise<RowsOf<A>> {
    const answers = await spanned(this.client, [...this.taken(), ...asked]);
    return answers.slice(-asked.length).map(({ rows }) => rows) as RowsOf<A>;
  }

  /**
   * Runs a statement whose rows nobody waits for together with the next one, or with the commit: it costs no round trip
   * of its own. Its failure is the failure of that one.
   */
  later(s: Statement<unknown>, values: readonly unknown[] = []): void {
    this.waiting.push(asking(s, values));
  }

  /** Calls back once the transaction is committed; never after a rollback. For hints only: a crash loses it. */
  afterCommit(hook: () => void): void {
    this.hooks.push(hook);
  }

  /** What waits, with the beginning before it when there was none. */
  private taken(): Asked[] {
    const taken = this.begun ? this.waiting : [begin, ...this.waiting];
    this.begun = true;
    this.waiting = [];
    return taken;
  }

  private async catchUp(): Promise<void> {
    if (!this.begun || this.waiting.length > 0) await spanned(this.client, this.taken());
  }

  /** @internal Writes what is still held back and commits. @throws Error when a failed statement was ignored. */
  async commit(): Promise<void> {
    await this.manager?.flush();
    if (this.begun) {
      const answers = await spanned(this.client, [...this.taken(), commit]);
      // The server takes a commit after a failure as a rollback, and does not call it an error.
      if (answers.at(-1)?.command !== 'COMMIT')
        throw new Error('the transaction had failed before its commit');
    } else if (this.waiting.length > 0) {
      // All there is fits one round trip, which is a transaction by itself.
      await spanned(this.client, this.waiting);
    }
    for (const hook of this.hooks) hook();
  }

  /** @internal */
  async rollback(): Promise<void> {
    if (this.begun) await spanned(this.client, [rollback]);
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
    const tx = new Transaction(client, this.orm);
    let broken = false;
    try {
      const result = await work(tx);
      await tx.commit();
      return result;
    } catch (error) {
      // A connection that cannot even roll back is not given to the next.
      broken =
        isDatabaseUnreachable(error) ||
        (await tx.rollback().then(
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
    const [rows] = await this.runAll(asking(s, values));
    return rows;
  }

  async runAll<const A extends readonly Asked[]>(...asked: A): Promise<RowsOf<A>> {
    try {
      const client = await this.pool.connect();
      let broken = false;
      try {
        const answers = await spanned(client, asked);
        return answers.map(({ rows }) => rows) as RowsOf<A>;
      } catch (error) {
        broken = isDatabaseUnreachable(error);
        throw error;
      } finally {
        client.release(broken);
      }
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
      options: serverSettings,
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
