import pg from 'pg';
import pgUtils from 'pg/lib/utils.js';
import type { Asked } from './statement.js';

/** What one statement of a round trip gave. */
export interface Answer {
  readonly rows: Record<string, unknown>[];
  /** What the server says it did, such as `COMMIT`. */
  command: string;
}

type TypeId = Parameters<typeof pg.types.getTypeParser>[0];

interface Column {
  readonly name: string;
  readonly parse: (raw: string) => unknown;
}

/** The part of a pg connection that speaks the extended query protocol. */
interface Wire {
  readonly stream: { cork(): void; uncork(): void };
  close(of: { type: 'S'; name: string }): void;
  parse(of: { name: string; text: string }): void;
  bind(of: { statement: string; values: readonly (string | Buffer | null)[] }): void;
  describe(of: { type: 'P' }): void;
  execute(of: null): void;
  sync(): void;
}

/** By connection: the statements its server has parsed, each with the columns it gives. */
const parsedOn = new WeakMap<object, Map<string, readonly Column[]>>();

/**
 * Sends prepared statements in one write and reads their answers in one go, instead of one round trip each: most of
 * what a small statement costs, on both sides, is the sending. The server runs them in order and stops at the first
 * that fails. Outside a transaction they are one of their own: all of them count, or none.
 *
 * @throws the error of the statement that failed
 */
export function roundTrip(client: pg.ClientBase, asked: readonly Asked[]): Promise<Answer[]> {
  return new Promise((resolve, reject) => {
    const done: Done = (error, answers) => {
      if (answers) resolve(answers);
      else reject(error ?? new Error('the server gave no answer'));
    };
    // pg's types name a connection of their own; ours names the part of it that is used.
    client.query(new RoundTrip(asked, done) as unknown as pg.Submittable);
  });
}

type Done = (error: Error | null, answers?: Answer[]) => void;

/** What pg calls a query: it is submitted when its turn has come, and told of every message until the next is ready. */
class RoundTrip {
  private readonly answers: Answer[] = [];
  private rows: Record<string, unknown>[] = [];
  /** Columns that each statement gives; those of one that is new to this connection come from the server. */
  private columns: (readonly Column[])[] = [];
  private known = new Map<string, readonly Column[]>();
  private failed = false;

  constructor(
    private readonly asked: readonly Asked[],
    /** pg puts its own in front, which ends its timer. */
    private readonly callback: Done,
  ) {}

  submit(wire: Wire): Error | null {
    let values: (string | Buffer | null)[][];
    try {
      // Before anything is written: what cannot be sent must not leave half a message behind.
      values = this.asked.map((one) => one.values.map((value) => pgUtils.prepareValue(value)));
    } catch (error) {
      return error instanceof Error ? error : new Error(String(error));
    }
    this.known = parsedOn.get(wire) ?? new Map<string, readonly Column[]>();
    parsedOn.set(wire, this.known);
    const added = new Set<string>();
    wire.stream.cork();
    this.asked.forEach(({ statement: { name, text } }, i) => {
      const columns = this.known.get(name);
      this.columns[i] = columns ?? [];
      if (!columns && !added.has(name)) {
        // A round trip that failed may have left it parsed; closing what is not there is no error.
        if (name !== '') wire.close({ type: 'S', name });
        wire.parse({ name, text });
        if (name !== '') added.add(name);
      }
      wire.bind({ statement: name, values: values[i] ?? [] });
      if (!columns) wire.describe({ type: 'P' });
      wire.execute(null);
    });
    wire.sync();
    wire.stream.uncork();
    return null;
  }

  handleRowDescription({ fields }: { fields: { name: string; dataTypeID: TypeId }[] }): void {
    this.columns[this.answers.length] = fields.map((field) => ({
      name: field.name,
      parse: pg.types.getTypeParser(field.dataTypeID, 'text') as (raw: string) => unknown,
    }));
  }

  handleDataRow({ fields }: { fields: (string | null)[] }): void {
    if (this.failed) return;
    const columns = this.columns[this.answers.length] ?? [];
    try {
      const row: Record<string, unknown> = {};
      columns.forEach(({ name, parse }, i) => {
        const raw = fields[i] ?? null;
        row[name] = raw === null ? null : parse(raw);
      });
      this.rows.push(row);
    } catch (error) {
      this.handleError(error);
    }
  }

  handleCommandComplete({ text }: { text: string }): void {
    this.answers.push({ rows: this.rows, command: text });
    this.rows = [];
  }

  handleReadyForQuery(): void {
    if (this.failed) return;
    this.asked.forEach(({ statement: { name } }, i) => {
      if (name !== '') this.known.set(name, this.columns[i] ?? []);
    });
    this.callback(null, this.answers);
  }

  handleError(error: unknown): void {
    this.failed = true;
    this.callback(error instanceof Error ? error : new Error('the server refused', { cause: error }));
  }
}
