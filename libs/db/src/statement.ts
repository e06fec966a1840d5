import pg from 'pg';

/**
 * A named prepared statement: PostgreSQL parses it once per connection (facts: 0.59× without).
 * Column aliases name the row's properties; `timestamptz` arrives as Date, `bigint` as string, `jsonb` parsed.
 */
export interface Statement<Row> {
  readonly name: string;
  readonly text: string;
  /** Only for the type checker. */
  readonly row?: Row;
}

const names = new Map<string, string>();

/**
 * Declares a prepared statement.
 * @throws Error when the name was already taken by another text: the server would run the first one.
 */
export function statement<Row>(name: string, text: string): Statement<Row> {
  const known = names.get(name);
  if (known !== undefined && known !== text) throw new Error(`two statements are named ${name}`);
  names.set(name, text);
  return { name, text };
}

/** The query as node-postgres wants it, with its own type parsers instead of MikroORM's, which leave dates as text. */
export const toQueryConfig = (
  s: Statement<unknown>,
): { name: string; text: string; types: typeof pg.types } => ({
  name: s.name,
  text: s.text,
  types: pg.types,
});

/** A statement with its values. */
export interface Asked<Row = unknown> {
  readonly statement: Statement<Row>;
  readonly values: readonly unknown[];
}

/** A statement with its values, to be run together with others. */
export const asking = <Row>(s: Statement<Row>, values: readonly unknown[] = []): Asked<Row> => ({
  statement: s,
  values,
});

/** The rows of each statement asked for. */
export type RowsOf<A extends readonly Asked[]> = {
  -readonly [K in keyof A]: A[K] extends Asked<infer Row> ? Row[] : never;
};

/** Something that can run a statement: the database (one statement, one transaction) or an open transaction. */
export interface Queryable {
  run<Row>(statement: Statement<Row>, values?: readonly unknown[]): Promise<Row[]>;
  /** Runs several in order, in one transaction and one round trip. */
  runAll<const A extends readonly Asked[]>(...asked: A): Promise<RowsOf<A>>;
}

const timeLimit: Statement<unknown> = statement(
  'time-limit',
  "select set_config('statement_timeout', $1::text, true)",
);

/**
 * Bounds each statement after it in its transaction, or in its round trip, on the server: that stops working on what
 * takes longer, and the statement fails (`isOutOfTime`).
 */
export const timeLimited = (milliseconds: number): Asked =>
  // Nought would mean no limit.
  asking(timeLimit, [String(Math.max(1, Math.ceil(milliseconds)))]);
