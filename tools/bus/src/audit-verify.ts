// `npm run audit:verify`: needs an export and a public key; no server, no network.
import { createReadStream, readFileSync, writeFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';
import { headLine, type Head } from './audit/format.js';
import { verifyExport, type Verdict } from './audit/verify.js';

const usage = `Usage: npm run audit:verify -- <export file> [--key <public JWK or JWKS file>] [--since <head file>] [--save-head <file>]

  --key        the key you trust, from somewhere else than the export; may be given several times
  --since      a head that was saved earlier: what it covers must be unchanged
  --save-head  keeps the latest head for next time`;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    key: { type: 'string', multiple: true },
    since: { type: 'string' },
    'save-head': { type: 'string' },
  },
});

const readJson = (file: string): unknown => JSON.parse(readFileSync(file, 'utf8'));

function keysIn(file: string): unknown[] {
  const found = readJson(file);
  const isSet = typeof found === 'object' && found !== null && 'keys' in found && Array.isArray(found.keys);
  return isSet ? (found.keys as unknown[]) : [found];
}

async function main(file: string): Promise<void> {
  const { key, since } = values;
  const sinceHead: Head | undefined = since === undefined ? undefined : headLine.parse(readJson(since));
  const lines = createInterface({ input: createReadStream(file, 'utf8'), crlfDelay: Infinity });
  const verdict = await verifyExport(lines, { keys: key?.flatMap(keysIn), since: sinceHead });
  say(verdict);
  const keep = values['save-head'];
  if (verdict.wrong > 0) process.exitCode = 1;
  else if (keep !== undefined && verdict.latest) writeFileSync(keep, `${JSON.stringify(verdict.latest)}\n`);
}

function say(verdict: Verdict): void {
  const { selection, rows, heads, latest, findings, wrong, sinceHolds } = verdict;
  for (const finding of findings) console.log(`✘ ${finding}`);
  if (wrong > findings.length) console.log(`✘ and ${String(wrong - findings.length)} more`);
  const of =
    selection?.kind === 'all' ? 'all of it' : `the part of one ${selection?.kind ?? 'unknown thing'}`;
  console.log(`${String(rows)} rows (${of}) and ${String(heads)} signed heads were looked at.`);
  if (latest)
    console.log(
      `Latest head: ${String(latest.treeSize)} rows, ${latest.at}, root ${latest.rootHash}, key ${latest.keyId}.`,
    );
  if (values.key === undefined)
    console.log(
      'The keys are those in the export: this shows that it agrees with itself, not who signed it. Give --key.',
    );
  if (sinceHolds) console.log('All that the older head covers is unchanged.');
  if (selection?.kind !== 'all' && wrong === 0)
    console.log(
      'Each row is as it was sealed. That none was left out only an export of everything can show.',
    );
  console.log(wrong === 0 ? '✔ Nothing was changed.' : '✘ This is not what was sealed.');
}

const [file] = positionals;
if (file === undefined || positionals.length > 1) {
  console.error(usage);
  process.exitCode = 2;
} else {
  try {
    await main(file);
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 2;
  }
}
