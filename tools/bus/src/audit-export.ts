// `npm run audit:export`: the sealed audit as a file, for `npm run audit:verify`.
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { finished } from 'node:stream/promises';
import { parseArgs } from 'node:util';
import { AppError } from '@definitivedx/errors';
import { exportLines, type Wanted } from './audit/export.js';
import { connectTool, toolConfigFromEnv } from './tool.js';

const usage = `Usage: npm run audit:export -- <file> [--case <id> | --organisation <id>] [--since <rows>]

  --case, --organisation  only the rows of one, each with a proof that it is in the whole
  --since                 of a part: adds the proof that an older head of so many rows is a prefix`;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { case: { type: 'string' }, organisation: { type: 'string' }, since: { type: 'string' } },
});

function wantedBy({
  case: caseId,
  organisation,
}: {
  case?: string;
  organisation?: string;
}): Wanted | undefined {
  if (caseId !== undefined && organisation !== undefined) return undefined;
  if (caseId !== undefined) return { kind: 'case', caseId };
  return organisation === undefined
    ? { kind: 'all' }
    : { kind: 'organisation', organisationId: organisation };
}

async function write(file: string, wanted: Wanted, since: number | undefined): Promise<number> {
  const bus = await connectTool('operator', toolConfigFromEnv());
  try {
    const out = createWriteStream(file, { mode: 0o600 });
    let lines = 0;
    for await (const line of exportLines(bus, () => bus.self(), { wanted, since, now: new Date() })) {
      lines += 1;
      if (!out.write(`${JSON.stringify(line)}\n`)) await once(out, 'drain');
    }
    out.end();
    await finished(out);
    return lines;
  } finally {
    await bus.close();
  }
}

const [file] = positionals;
const wanted = wantedBy(values);
const since = values.since === undefined ? undefined : Number(values.since);
if (file === undefined || positionals.length > 1 || !wanted || Number.isNaN(since)) {
  console.error(usage);
  process.exitCode = 2;
} else {
  try {
    console.log(`${String(await write(file, wanted, since))} lines were written to ${file}.`);
  } catch (error) {
    console.error(error instanceof AppError ? error.message : error);
    process.exitCode = 1;
  }
}
