import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { inRepository } from '@definitivedx/stack';
import type { Comparison } from './compare.js';
import { accessFlow } from './flows/access.js';
import { cipherFlow } from './flows/cipher.js';
import { csvFlow } from './flows/csv.js';
import { filesFlow } from './flows/files.js';
import { inboxFlow } from './flows/inbox.js';
import { liveFlow } from './flows/live.js';
import { createFlow, postFlow, readFlow } from './flows/requests.js';
import type { Options } from './options.js';
import { resultsPage } from './results.js';
import type { Section } from './section.js';
import { openStage } from './stage.js';

/**
 * `npm run bench [-- create read …] [--rounds N] [--seconds N] [--clients N] [--cases N] [--peer openfga] [--dry] [--profiles FOLDER]`:
 * --cases is how many cases the larger inbox is among; --peer has the access flow measure against that program, too; --dry leaves RESULTS.md alone; --profiles keeps a CPU
 * profile of each service.
 */
const { values, positionals: wanted } = parseArgs({
  allowPositionals: true,
  options: {
    rounds: { type: 'string', default: '5' },
    seconds: { type: 'string', default: '6' },
    clients: { type: 'string', default: '16' },
    cases: { type: 'string', default: '1000000' },
    peer: { type: 'string' },
    dry: { type: 'boolean', default: false },
    profiles: { type: 'string' },
  },
});
const options: Options = {
  rounds: Number(values.rounds),
  seconds: Number(values.seconds),
  clients: Number(values.clients),
};
const flows = {
  create: createFlow,
  post: postFlow,
  read: readFlow,
  live: liveFlow,
  files: filesFlow,
  cipher: cipherFlow,
  csv: csvFlow,
};
const known = [...Object.keys(flows), 'access', 'inbox'];
const unknown = wanted.find((name) => !known.includes(name));
if (unknown !== undefined) throw new Error(`There is no part ${unknown}; there are ${known.join(', ')}.`);
const isWanted = (name: string): boolean => wanted.length === 0 || wanted.includes(name);

const note = (line: string): void => {
  console.log(line);
};
const results: (Comparison | Section)[] = [];
const onWholeSystem = Object.entries(flows).filter(([name]) => isWanted(name));
if (onWholeSystem.length > 0) {
  const stage = await openStage(note, values.profiles);
  try {
    for (const [, flow] of onWholeSystem) results.push(await flow(stage, options, note));
  } finally {
    await stage.stop();
  }
}
if (isWanted('access')) results.push(...(await accessFlow(options, note, values)));
if (isWanted('inbox'))
  results.push(...(await inboxFlow(options, note, Number(values.cases), values.profiles)));
const file = inRepository('bench/RESULTS.md');
const page = resultsPage(results, options, existsSync(file) ? readFileSync(file, 'utf8') : '');
console.log(page);
if (!values.dry) writeFileSync(file, page);
