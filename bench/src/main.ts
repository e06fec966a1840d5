import { writeFileSync } from 'node:fs';
import { inRepository } from '@definitivedx/stack';
import { cipherFlow } from './flows/cipher.js';
import { csvFlow } from './flows/csv.js';
import { filesFlow } from './flows/files.js';
import { liveFlow } from './flows/live.js';
import { createFlow, readFlow, type Options } from './flows/requests.js';
import { resultsPage } from './results.js';
import { openStage } from './stage.js';

/**
 * `npm run bench [-- create read …] [--rounds N] [--seconds N] [--clients N] [--dry] [--profiles FOLDER]`: --dry leaves RESULTS.md
 * alone, --profiles keeps a CPU profile of each service.
 */
const args = process.argv.slice(2);
const option = (name: string, fallback: number): number => {
  const at = args.indexOf(`--${name}`);
  return at < 0 ? fallback : Number(args[at + 1]);
};
const wanted = args.filter(
  (arg, i) => !arg.startsWith('--') && !args[i - 1]?.match(/^--(rounds|seconds|clients|profiles)$/),
);
const options: Options = {
  rounds: option('rounds', 5),
  seconds: option('seconds', 6),
  clients: option('clients', 16),
};
const flows = {
  create: createFlow,
  read: readFlow,
  live: liveFlow,
  files: filesFlow,
  cipher: cipherFlow,
  csv: csvFlow,
};

const note = (line: string): void => {
  console.log(line);
};
const profilesAt = args.indexOf('--profiles');
const stage = await openStage(note, profilesAt < 0 ? undefined : args[profilesAt + 1]);
try {
  const results = [];
  for (const [name, flow] of Object.entries(flows)) {
    if (wanted.length > 0 && !wanted.includes(name)) continue;
    results.push(await flow(stage, options, note));
  }
  const page = resultsPage(results, options);
  console.log(page);
  if (!args.includes('--dry')) writeFileSync(inRepository('bench/RESULTS.md'), page);
} finally {
  await stage.stop();
}
