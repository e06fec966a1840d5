import { services, type ServiceName } from '@definitivedx/contracts';
import type { World } from '@definitivedx/testing';

/** Reads rows of a service's database, to look at what it did. */
export async function rowsOf<Row>(
  world: World,
  service: ServiceName,
  text: string,
  values: readonly unknown[] = [],
): Promise<Row[]> {
  return (await world.database(service)).run<Row>({ name: '', text }, values);
}

/** The tables of a service's database. */
export async function tablesOf(world: World, service: ServiceName): Promise<string[]> {
  const found = await rowsOf<{ name: string }>(
    world,
    service,
    `select table_name as name from information_schema.tables
      where table_schema = 'public' and table_type = 'BASE TABLE' order by 1`,
  );
  return found.map(({ name }) => name);
}

/** Columns of all services that may hold the id of a person: every one that holds ids, and the text ones that do. */
export async function idColumns(
  world: World,
): Promise<{ service: ServiceName; table: string; column: string }[]> {
  const all = await Promise.all(
    services.map(async (service) => {
      const found = await rowsOf<{ table: string; column: string }>(
        world,
        service,
        `select c.table_name as "table", c.column_name as "column"
           from information_schema.columns c
           join information_schema.tables t using (table_schema, table_name)
          where c.table_schema = 'public' and t.table_type = 'BASE TABLE'
            and (c.udt_name in ('uuid', '_uuid') or (c.data_type = 'text' and c.column_name ~ '(member|caller|actor|_by$)'))
          order by 1, 2`,
      );
      return found.map((column) => ({ service, ...column }));
    }),
  );
  return all.flat();
}
