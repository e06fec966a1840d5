// `npm run traces [-- <trace id>]`: shows a trace as a tree, or the latest ones.
import { createReadStream, readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { Refusal, explain } from '../../bootstrap/steps.mjs';
import { inRepository } from './repository.js';
import { parseSpan, renderLatest, renderTrace, type SpanLine } from './trace-tree.js';

const latest = 10;

function traceFiles(folder: string): string[] {
  try {
    // `.jsonl.1` holds what was set aside when a file had grown large.
    return readdirSync(folder)
      .filter((name) => /\.jsonl(\.1)?$/.test(name))
      .map((name) => join(folder, name));
  } catch {
    return [];
  }
}

/** The spans in a folder; only those whose line contains `text`, when given. */
async function readSpans(folder: string, text = ''): Promise<SpanLine[]> {
  const spans: SpanLine[] = [];
  for (const file of traceFiles(folder)) {
    for await (const line of createInterface({ input: createReadStream(file), crlfDelay: Infinity })) {
      const span = line.includes(text) ? parseSpan(line) : undefined;
      if (span) spans.push(span);
    }
  }
  return spans;
}

async function main(args: readonly string[]): Promise<void> {
  const folder = join(resolve(process.env['DDX_STATE'] || inRepository('.state')), 'traces');
  const id = args[0]?.toLowerCase();
  if (args.length > 1)
    throw new Refusal('Usage: npm run traces -- <trace id>, or without one for the latest traces.');
  if (id === undefined) {
    const lines = renderLatest(await readSpans(folder), latest);
    if (lines.length === 0)
      throw new Refusal(`There are no traces in ${folder} yet. "npm start" and use the system first.`);
    console.log(`${lines.join('\n')}\n\nOne of them as a tree: npm run traces -- <trace id>`);
    return;
  }
  if (!/^[0-9a-f]{32}$/.test(id)) {
    throw new Refusal(
      `"${id}" is not a trace id: those are 32 characters, 0-9 and a-f. Without an id the latest are listed.`,
    );
  }
  const spans = (await readSpans(folder, id)).filter((span) => span.traceId === id);
  if (spans.length === 0) {
    throw new Refusal(
      `There is no trace ${id} in ${folder}. It may be too old and gone, or not be written yet: that takes a few seconds.`,
    );
  }
  console.log(`trace ${id}\n${renderTrace(spans).join('\n')}`);
}

try {
  await main(process.argv.slice(2));
} catch (error) {
  explain(error);
  process.exitCode = 1;
}
