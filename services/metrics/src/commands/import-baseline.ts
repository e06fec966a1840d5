import { asMember, type Caller } from '@definitivedx/auth';
import type { ServiceContext } from '@definitivedx/bus';
import type { InputOf, ReplyOf, importBaseline as contract } from '@definitivedx/contracts';
import { invalidInput, type Issue } from '@definitivedx/errors';
import { CsvError } from 'csv-parse';
import { parse, type InfoRecord } from 'csv-parse/sync';
import { saveBaseline } from '../data/baselines.js';
import { readHeader, readThread, type Line, type Thread } from '../domain/baseline.js';

/** Wrong lines named in one refusal; a file with more is wrong as a whole. */
const issueLimit = 50;

/**
 * Keeps an e-mail advice line to compare with, in place of the one of the same name. The whole file is checked before
 * anything is written, and written in one transaction.
 * @throws AppError `invalid-input` naming each wrong line (`line 17`) and what is wrong with it.
 */
export async function importBaseline(
  service: ServiceContext,
  caller: Caller,
  { name, csv }: InputOf<typeof contract>,
): Promise<ReplyOf<typeof contract>> {
  const { organisationId, memberId } = asMember(caller);
  const now = service.clock.now();
  const threads = threadsOf(linesOf(csv), now);
  await service.db.transaction((tx) =>
    saveBaseline(tx, { organisationId, name, importedBy: memberId, importedAt: now }, threads),
  );
  return { imported: threads.length };
}

/** The lines of the file. What the parser says of a broken one is not passed on: it quotes the line. */
function linesOf(csv: string): Line[] {
  try {
    // With `info` each record comes with its place; the package's types do not know.
    const records = parse(csv, {
      bom: true,
      info: true,
      trim: true,
      relax_column_count: true,
      skip_empty_lines: true,
    }) as unknown as { record: string[]; info: InfoRecord }[];
    return records.map(({ record, info }) => ({ number: info.lines, cells: record }));
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    const number = typeof error['lines'] === 'number' ? error['lines'] : 1;
    throw refusal([
      {
        path: `line ${number}`,
        message: 'The quotation marks of this line do not close, or stand inside a value.',
      },
    ]);
  }
}

function threadsOf([first, ...rest]: readonly Line[], now: Date): Thread[] {
  const header = readHeader(first?.cells ?? []);
  if ('message' in header) throw refusal([header]);
  if (rest.length === 0) throw refusal([{ path: 'line 2', message: 'There are no lines below the header.' }]);
  const threads: Thread[] = [];
  const issues: Issue[] = [];
  for (const line of rest) {
    const read = readThread(header, line, now);
    if ('message' in read) issues.push(read);
    else threads.push(read);
  }
  if (issues.length > 0) throw refusal(issues);
  return threads;
}

function refusal(issues: readonly Issue[]): Error {
  const lines = issues.length === 1 ? 'One line is' : `${issues.length} lines are`;
  const more = issues.length > issueLimit ? ` The first ${issueLimit} are named.` : '';
  return invalidInput(
    `${lines} wrong, so nothing was imported.${more} Please correct the file and import it again.`,
    issues.slice(0, issueLimit),
  );
}
