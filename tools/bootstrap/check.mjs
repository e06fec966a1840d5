// `npm run check`: all that can be known without the real stack. Two steps at a time; only a failing one shows its output.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { exec, root } from './exec.mjs';
import { duration } from './steps.mjs';

const folders = ['libs', 'services', 'tools', 'e2e', 'web'].filter((folder) =>
  existsSync(join(root, folder)),
);

/** The long ones first, so that the two lanes end together. */
const steps = [
  ['lint', 'eslint', ['.', '--max-warnings', '0']],
  ['generated files', process.execPath, ['tools/bootstrap/generate.mjs', '--check']],
  [
    'types',
    'tsc',
    ['-p', 'tsconfig.json', '--incremental', '--tsBuildInfoFile', 'node_modules/.cache/check.tsbuildinfo'],
  ],
  ['unit tests', process.execPath, ['tools/bootstrap/test.mjs', '--unit']],
  [
    'boundaries',
    'depcruise',
    ['--config', '.dependency-cruiser.cjs', '--output-type', 'err-long', ...folders],
  ],
  ['containers', process.execPath, ['tools/bootstrap/compose-check.mjs']],
  ['format', 'prettier', ['--check', '.'], 'Run `npm run format`.'],
];
const lanes = 2;
// What a step writes is kept and shown later, so it cannot see for itself whether a terminal reads it.
const colour = process.stdout.isTTY ? { FORCE_COLOR: '1' } : { FORCE_COLOR: undefined, NO_COLOR: '1' };

const failed = [];
async function runStep([name, command, args, advice]) {
  const start = performance.now();
  const { code, output } = await exec(command, args, { env: colour });
  const line = `${code === 0 ? '✔' : '✘'} ${name} ${duration(performance.now() - start)}`;
  if (code === 0) return console.log(line);
  failed.push(name);
  console.log([line, output.trimEnd(), advice ?? '', ''].join('\n'));
}

const start = performance.now();
const queue = [...steps];
const lane = async () => {
  for (let step = queue.shift(); step !== undefined; step = queue.shift()) await runStep(step);
};
await Promise.all(Array.from({ length: lanes }, lane));

const time = duration(performance.now() - start);
console.log(failed.length === 0 ? `All is well, ${time}.` : `Failed: ${failed.join(', ')}. ${time}.`);
process.exitCode = failed.length === 0 ? 0 : 1;
