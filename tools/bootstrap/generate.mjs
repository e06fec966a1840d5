// `npm run generate`: writes every generated file anew from the build.
//   --check  also fails, naming them, when a file was not what is generated (part of `npm run check`)
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { build, exec, root } from './exec.mjs';
import { alone } from './install.mjs';
import { Refusal, createSteps, explain } from './steps.mjs';

const generators = [
  {
    name: 'NATS permissions, subjects, AsyncAPI, data map',
    program: 'tools/bus/dist/generate.js',
    outputs: [
      'deploy/nats/permissions.conf',
      'docs/api/subjects.md',
      'docs/api/asyncapi.json',
      'docs/data-map.md',
    ],
  },
  {
    name: 'OpenAPI',
    program: 'services/gateway/dist/openapi.js',
    outputs: ['docs/api/openapi.json'],
  },
];

const read = (file) => (existsSync(join(root, file)) ? readFileSync(join(root, file), 'utf8') : undefined);
const steps = createSteps();

function must(what, { code, output }) {
  if (code !== 0) throw new Refusal(`${output}\n${what} failed. Correct what is named above.`);
}

/** Runs one generator and returns those of its outputs that were missing or not as they are now. */
async function run({ name, program, outputs }) {
  const before = outputs.map(read);
  await steps.step(name, async () => must(name, await exec(process.execPath, [program])));
  const missing = outputs.filter((file) => read(file) === undefined);
  if (missing.length > 0) throw new Refusal(`${program} did not write ${missing.join(', ')}.`);
  return outputs.filter((file, index) => read(file) !== before[index]);
}

try {
  await alone(steps, () => steps.step('Build', async () => must('The build', await build())));
  const changed = [];
  for (const generator of generators) changed.push(...(await run(generator)));
  if (process.argv.includes('--check') && changed.length > 0) {
    throw new Refusal(
      `Stale, and now written anew: ${changed.join(', ')}. Look at the difference and commit it.`,
    );
  }
} catch (error) {
  explain(error);
  process.exitCode = 1;
}
