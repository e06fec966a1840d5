import { pipeline } from 'node:stream/promises';
import type { Readable } from 'node:stream';
import { parse, type Info, type Parser } from 'csv-parse';
import { actorIdOf, asOrganisation, type Caller } from '@definitivedx/auth';
import type { ServiceContext } from '@definitivedx/bus';
import { mostLineErrors, type LineError, type MemberImport } from '@definitivedx/contracts';
import { AppError, conflict, invalidInput, notFound, toAppError } from '@definitivedx/errors';
import { currentTraceId } from '@definitivedx/telemetry';
import { actorOf, appendAudit } from '../../data/audit.js';
import { issuerFor } from '../../data/issuers.js';
import {
  beginImport,
  dropLines,
  findImport,
  importRead,
  keepLines,
  moveImport,
  renewImport,
} from '../../data/imports.js';
import { readHeader, readImportLine, type Columns, type ImportLine } from '../../domain/import-lines.js';
import { toImport } from '../../queries/imports.js';
import { CsvText, tooLong } from '../../streams/csv-text.js';
import { administeredBy } from '../administer.js';

/** Lines that are kept at once. */
const portion = 5_000;
/** How long an import is held without a sign of life from whoever works on it. */
export const leaseMs = 60_000;
/** Bytes of one record at most: more is a quote that was never closed. */
const longestRecord = 64 * 1024;

export interface Receiving {
  readonly importId: string;
  readonly issuer: string | undefined;
  /** When it was announced. */
  readonly bytes: number | undefined;
}

/**
 * Takes in a file of members as it streams: each line is looked at, and kept until all are. Whoever is free then checks and writes
 * them; nothing is written yet.
 * @throws AppError `payload-too-large`; `invalid-input` for what is no such file at all; `command-in-flight` for the same import
 * under way.
 */
export async function receiveImport(
  service: ServiceContext,
  maxBytes: number,
  caller: Caller,
  { importId, issuer, bytes }: Receiving,
  body: Readable,
): Promise<MemberImport> {
  try {
    const organisationId = await administeredBy(service.db, caller);
    if (bytes !== undefined && bytes > maxBytes) throw tooLong(maxBytes);
    const by = asOrganisation(caller);
    const now = service.clock.now();
    const begun = await beginImport(
      service.db,
      {
        importId,
        organisationId,
        startedBy: actorIdOf(by),
        startedByKind: by.kind,
        issuer: await issuerFor(service.db, organisationId, issuer),
        leasedUntil: new Date(now.getTime() + leaseMs),
        origin: by.from ?? null,
        traceId: currentTraceId() ?? null,
      },
      now,
    );
    if (!begun) return await earlier(service, organisationId, importId);
    await appendAudit(service.db, {
      at: now,
      actor: actorOf(by),
      act: 'member.import',
      outcome: 'allowed',
      subjectId: importId,
      traceId: currentTraceId(),
    });
    return await takeIn(service, maxBytes, organisationId, importId, body);
  } finally {
    body.destroy();
  }
}

/** What became of the import of that id. */
async function earlier(
  service: ServiceContext,
  organisationId: string,
  importId: string,
): Promise<MemberImport> {
  const found = await findImport(service.db, organisationId, importId);
  if (!found)
    throw conflict('This id was already used for another import. Send the file under a new Idempotency-Key.');
  if (found.state !== 'reading') return toImport(found);
  throw new AppError('command-in-flight', 'The same file is still being sent. Please ask again shortly.', {
    retryAfterSeconds: 5,
  });
}

async function takeIn(
  service: ServiceContext,
  maxBytes: number,
  organisationId: string,
  importId: string,
  body: Readable,
): Promise<MemberImport> {
  const { db, clock } = service;
  try {
    // Of an attempt that broke off.
    await dropLines(db, importId);
    const intake = new Intake(service, importId);
    await pipeline(body, new CsvText(maxBytes), (source) => intake.read(source as AsyncIterable<Buffer>));
    if (!(await importRead(db, importId, intake, clock.now())))
      throw conflict('This import was given up meanwhile.');
  } catch (thrown) {
    const error = toAppError(thrown);
    const found = await findImport(db, organisationId, importId);
    if (found) {
      await moveImport(db, found, 'failed', { reason: error.message }, clock.now());
      await dropLines(db, importId);
    }
    throw error;
  }
  const found = await findImport(db, organisationId, importId);
  if (!found) throw notFound('import');
  return toImport(found);
}

/** What the parser gives with `info`. */
interface Parsed {
  readonly record: readonly string[];
  readonly info: Pick<Info, 'lines'>;
}

/** Reads records, keeps the good lines, and names the bad ones. */
class Intake {
  lines = 0;
  errorCount = 0;
  readonly errors: LineError[] = [];
  private columns: Columns | undefined;
  private pending: ImportLine[] = [];
  private keeping: Promise<void> = Promise.resolve();

  constructor(
    private readonly service: ServiceContext,
    private readonly importId: string,
  ) {}

  async read(source: AsyncIterable<Buffer>): Promise<void> {
    const parser = parse({
      info: true,
      relax_column_count: true,
      skip_empty_lines: true,
      max_record_size: longestRecord,
      on_record: (found: unknown) => {
        this.take(found as Parsed);
        return null;
      },
    });
    parser.on('error', () => undefined).resume();
    try {
      for await (const chunk of source) {
        await fed(parser, chunk);
        if (this.pending.length >= portion) await this.keep();
      }
      await ended(parser);
    } catch (error) {
      this.refuseRest(error);
    }
    await this.keep();
    await this.keeping;
    if (!this.columns) throw invalidInput('The file is empty. Its first line names the columns.');
    if (this.lines === 0 && this.errorCount === 0)
      throw invalidInput('The file has no members in it, only the names of the columns.');
  }

  private take({ record, info }: Parsed): void {
    if (!this.columns) {
      const columns = readHeader(record);
      if (typeof columns === 'string') throw invalidInput(columns, [{ path: 'line 1', message: columns }]);
      this.columns = columns;
      return;
    }
    const within = record.reduce(
      (sum, cell) => sum + (cell.includes('\n') ? cell.split('\n').length - 1 : 0),
      0,
    );
    const read = readImportLine(info.lines - within, record, this.columns);
    if (Array.isArray(read)) this.refuse(...read);
    else {
      this.lines += 1;
      this.pending.push(read);
    }
  }

  private refuse(...errors: LineError[]): void {
    this.errorCount += 1;
    if (this.errors.length < mostLineErrors)
      this.errors.push(...errors.slice(0, mostLineErrors - this.errors.length));
  }

  /** A mistake after which nobody can tell where a line ends. */
  private refuseRest(error: unknown): void {
    if (error instanceof AppError) throw error;
    const { code = '', lines } = error as { code?: string; lines?: number };
    if (!code.startsWith('CSV_')) throw error;
    this.refuse({
      line: lines ?? 0,
      column: null,
      reason:
        code === 'CSV_QUOTE_NOT_CLOSED' || code === 'CSV_MAX_RECORD_SIZE'
          ? 'has a quotation mark that is not closed; what follows could not be read'
          : 'has a quotation mark in the wrong place; what follows could not be read',
    });
  }

  /** Hands a portion over while the next one is read; two are in memory at most. */
  private async keep(): Promise<void> {
    const lines = this.pending;
    this.pending = [];
    await this.keeping;
    const { db, clock } = this.service;
    const leasedUntil = new Date(clock.now().getTime() + leaseMs);
    const progress = { lines: this.lines };
    this.keeping = keepLines(db, this.importId, lines).then(async () => {
      await renewImport(db, { importId: this.importId, attempts: 0 }, progress, leasedUntil);
    });
    // Its failure is seen by who waits for it next.
    this.keeping.catch(() => undefined);
  }
}

const fed = (parser: Parser, chunk: Buffer): Promise<void> =>
  new Promise((resolve, reject) => {
    parser.write(chunk, (error) => {
      if (error) reject(error);
      else resolve();
    });
  });

const ended = (parser: Parser): Promise<void> =>
  new Promise((resolve, reject) => {
    parser.once('error', reject);
    parser.once('end', resolve);
    parser.end();
  });
