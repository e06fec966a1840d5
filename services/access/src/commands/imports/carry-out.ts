import { emit, type ServiceContext } from '@definitivedx/bus';
import { mostLineErrors, specialistEnded, type LineError } from '@definitivedx/contracts';
import { isUniqueViolation, type Transaction } from '@definitivedx/db';
import { createLog } from '@definitivedx/telemetry';
import { appendAudit, appendAuditWith, type AuditEntry } from '../../data/audit.js';
import {
  hasAdministrator,
  linesKept,
  lookUpByIndex,
  refusedBy,
  repeatedLines,
  writePortion,
} from '../../data/import-lines.js';
import {
  claimImport,
  dropLines,
  importsWithLinesLeft,
  moveImport,
  renewImport,
  type ImportRow,
} from '../../data/imports.js';
import { isAdministered, lockAdministered } from '../../data/places.js';
import { leaseMs } from './receive.js';

const log = createLog('imports');

/** Lines that are checked, or written, at once: a fraction of a second's work, on a busy server too. */
const portion = 2_500;
/** Times that an import is taken up anew after whoever worked on it went away. */
const mostAttempts = 10;
/** How soon an interrupted import is taken up again, in milliseconds. */
const retryMs = 2_000;

/** Ends the import without anything written. */
class Refused extends Error {}

/**
 * Takes up one import that has been read and nobody works on, and brings it to its end: checks it as a whole, and writes all of it
 * in one transaction or nothing.
 * @returns false when there was none.
 */
export async function carryOutNext(service: ServiceContext): Promise<boolean> {
  const { db, clock } = service;
  const now = clock.now();
  const row = await claimImport(db, now, new Date(now.getTime() + leaseMs));
  if (!row) return false;
  try {
    if (row.state === 'reading')
      await end(service, row, 'failed', 'The file broke off before its end. Please send it again.');
    else if (row.attempts > mostAttempts)
      await end(
        service,
        row,
        'failed',
        'It could not be carried out. Please send the file again, or ask the operator.',
      );
    else await carryOut(service, row);
  } catch (error) {
    if (error instanceof Refused) await end(service, row, 'failed', error.message);
    else if (isUniqueViolation(error))
      await end(
        service,
        row,
        'failed',
        'The directory was changed at the same moment. Nothing was written; please send the file again.',
      );
    else {
      log.warn('import-interrupted', { importId: row.importId, attempts: row.attempts, error });
      // When even this fails its lease runs out by itself.
      await renewImport(db, row, {}, new Date(clock.now().getTime() + retryMs)).catch(() => false);
    }
  }
  return true;
}

/** Forgets lines that a crash left behind; they hold names. */
export async function forgetLines(service: ServiceContext): Promise<void> {
  const since = new Date(service.clock.now().getTime() - 7 * 24 * 3_600_000);
  for (const importId of await importsWithLinesLeft(service.db, since)) await dropLines(service.db, importId);
}

async function carryOut(service: ServiceContext, row: ImportRow): Promise<void> {
  const kept = await linesKept(service.db, row.importId);
  if (kept.lines !== row.lines)
    throw new Refused(
      'The lines of the file were lost in a crash of the database. Nothing was written; please send the file again.',
    );
  const held = new Lease(service, row);
  const found = await wrongLines(service, row, kept.last, held);
  const errorCount = row.errorCount + found.count;
  if (errorCount > 0) {
    const errors = [...row.errors, ...found.errors].sort((a, b) => a.line - b.line).slice(0, mostLineErrors);
    await end(
      service,
      row,
      'refused',
      'Nothing was written: correct the lines named, and send the file again.',
      {
        errorCount,
        errors,
      },
    );
    return;
  }
  if (!(await moveImport(service.db, row, 'writing', {}, null))) return;
  await service.db.transaction((tx) => writeAll(tx, service, row, kept.last, held));
  await dropLines(service.db, row.importId);
}

/** Keeps the import while it is worked on; a replica that was given up on must not go on. */
class Lease {
  constructor(
    private readonly service: ServiceContext,
    private readonly row: ImportRow,
  ) {}

  async renew(written = 0): Promise<void> {
    const until = new Date(this.service.clock.now().getTime() + leaseMs);
    if (!(await renewImport(this.service.db, this.row, { written }, until)))
      throw new Error('the import was taken up by somebody else');
  }
}

/** Lines that repeat others, or that the directory stands in the way of. */
async function wrongLines(
  service: ServiceContext,
  row: ImportRow,
  last: number,
  held: Lease,
): Promise<{ count: number; errors: LineError[] }> {
  const { db } = service;
  let count = 0;
  const errors: LineError[] = [];
  const add = (some: readonly LineError[]): void => {
    count += some.length;
    errors.push(...some.slice(0, Math.max(0, mostLineErrors - errors.length)));
  };
  // As many parts as keep each statement well within its time.
  const parts = 2 ** Math.ceil(Math.log2(Math.max(1, row.lines / 100_000)));
  for (const column of ['subject', 'user_name'] as const) {
    for (let part = 0; part < parts; part += 1) {
      const lines = await repeatedLines(db, row.importId, column, { mask: parts - 1, of: part });
      add(
        lines.map(({ line, first }) => ({ line, column, reason: `is the same as in line ${String(first)}` })),
      );
    }
    await held.renew();
  }
  for (let after = 0; after < last; after += portion) {
    const { importId, issuer, organisationId } = row;
    add(
      await db.transaction((tx) => {
        lookUpByIndex(tx);
        return refusedBy(tx, { importId, issuer, organisationId, after, upTo: after + portion });
      }),
    );
    if (after % (portion * 10) === 0) await held.renew();
  }
  return { count, errors };
}

async function writeAll(
  tx: Transaction,
  service: ServiceContext,
  row: ImportRow,
  last: number,
  held: Lease,
): Promise<void> {
  const { importId, issuer, organisationId, startedBy, startedByKind } = row;
  const starter = startedByKind === 'member' ? startedBy : null;
  if (!(await isAdministered(tx, organisationId, starter)))
    throw new Refused(
      'Who sent the file does not administer the organisation any more. Nothing was written.',
    );
  lookUpByIndex(tx);
  const now = service.clock.now();
  const sum = { lines: 0, added: 0, changed: 0, demoted: 0 };
  for (let after = 0; after < last; after += portion) {
    const some = await writePortion(
      tx,
      { importId, issuer, organisationId, after, upTo: after + portion },
      now,
    );
    sum.lines += some.lines;
    sum.added += some.added;
    sum.changed += some.changed;
    sum.demoted += some.demoted;
    for (const memberId of some.specialistsEnded)
      emit(tx, specialistEnded, memberId, { memberId, organisationId, at: now.toISOString() });
    if ((after / portion) % 4 === 3) await held.renew(sum.lines);
  }
  if (sum.demoted > 0) {
    // Only now: whoever changes a single member waits for this lock.
    await lockAdministered(tx, organisationId, null);
    if (!(await hasAdministrator(tx, organisationId)))
      throw new Refused(
        'The file takes the role from the last administrator who can sign in. Nothing was written.',
      );
  }
  const outcome = { added: sum.added, changed: sum.changed, unchanged: sum.lines - sum.added - sum.changed };
  appendAuditWith(tx, auditOf(row, now, 'allowed', { lines: sum.lines, ...outcome }));
  if (!(await moveImport(tx, row, 'done', { ...outcome, written: sum.lines }, now)))
    throw new Error('the import was taken up by somebody else');
}

async function end(
  service: ServiceContext,
  row: ImportRow,
  state: 'failed' | 'refused',
  reason: string,
  found: { errorCount?: number; errors?: LineError[] } = {},
): Promise<void> {
  const now = service.clock.now();
  if (!(await moveImport(service.db, row, state, { reason, written: 0, ...found }, now))) return;
  await appendAudit(service.db, auditOf(row, now, 'refused', { state, errorCount: found.errorCount ?? 0 }));
  await dropLines(service.db, row.importId);
}

const auditOf = (
  row: ImportRow,
  at: Date,
  outcome: AuditEntry['outcome'],
  detail: Record<string, unknown>,
): AuditEntry => ({
  at,
  actor: {
    kind: row.startedByKind,
    id: row.startedBy,
    organisationId: row.organisationId,
    from: row.origin ?? undefined,
  },
  act: 'member.import-end',
  outcome,
  subjectId: row.importId,
  detail,
  traceId: row.traceId ?? undefined,
});
