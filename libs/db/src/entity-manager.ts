import type { EntityManager, MikroORM } from '@mikro-orm/postgresql';
import { Kysely, PostgresDialect } from 'kysely';
import type pg from 'pg';

/**
 * An entity manager whose every query runs on `client`, inside the transaction that is open there. MikroORM's own
 * `transactional` costs three times a bare transaction (docs/adr/0004), which the hot paths need not pay.
 */
export function entityManagerOn(
  orm: MikroORM,
  client: pg.ClientBase,
  catchUp: () => Promise<void>,
): EntityManager {
  // Kysely takes a pool; this one has the one connection, which is released by whoever opened the transaction.
  const query = client.query.bind(client) as (...args: unknown[]) => unknown;
  const inTurn = async (...args: unknown[]): Promise<unknown> => {
    // What waits to be sent comes first, the beginning of the transaction above all.
    await catchUp();
    return query(...args);
  };
  const held = new Proxy(client, {
    get: (target, key) => {
      if (key === 'release') return () => undefined;
      if (key === 'query') return inTurn;
      const value: unknown = Reflect.get(target, key);
      return typeof value === 'function' ? (value.bind(target) as unknown) : value;
    },
  }) as pg.PoolClient;
  const pool = { connect: () => Promise.resolve(held), end: () => Promise.resolve(), options: {} };
  const em = orm.em.fork();
  em.setTransactionContext(new Kysely({ dialect: new PostgresDialect({ pool }) }));
  return em;
}
