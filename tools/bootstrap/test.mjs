// `npm test [-- <path or Jest option> ...]`: builds, then runs the unit tests and those on the real stack.
//   --unit   only the unit tests; they run on source, so nothing is built
//   --soak   only the long runs, `*.soak.test.ts`
// The last line is always `N passed, N failed`; what broke before a test could run counts as one failure.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build, exec } from './exec.mjs';
import { alone } from './install.mjs';
import { Refusal, createSteps, explain } from './steps.mjs';

const args = process.argv.slice(2);
const unitOnly = args.includes('--unit');
const soak = args.includes('--soak') || process.env.DDX_SOAK === '1';
const jestArgs = args.filter((arg) => arg !== '--unit' && arg !== '--soak');

/** Runs Jest and returns its counts. */
async function runJest() {
  const folder = mkdtempSync(join(tmpdir(), 'ddx-test-'));
  const file = join(folder, 'counts.json');
  try {
    const { code } = await exec(
      process.execPath,
      [
        '--experimental-vm-modules',
        '--disable-warning=ExperimentalWarning',
        'node_modules/jest/bin/jest.js',
        ...jestArgs,
      ],
      {
        show: true,
        env: { DDX_TEST_COUNTS: file, DDX_UNIT: unitOnly ? '1' : '', DDX_SOAK: soak ? '1' : '' },
      },
    );
    return { code, ...readCounts(file, code) };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function readCounts(file, code) {
  try {
    const counts = JSON.parse(readFileSync(file, 'utf8'));
    // Every test passed and yet Jest failed: a teardown broke, or the run was cut short.
    return code !== 0 && counts.failed === 0 && counts.passed > 0 ? { ...counts, failed: 1 } : counts;
  } catch {
    return { passed: 0, failed: code === 0 ? 0 : 1 };
  }
}

async function buildAll() {
  const steps = createSteps();
  const work = async () => {
    const { code, output } = await build();
    if (code !== 0)
      throw new Refusal(`${output}\nThe build failed, so no test was run. Correct what is named above.`);
  };
  await alone(steps, () => steps.step('Build', work));
}

async function main() {
  try {
    if (!unitOnly) await buildAll();
    return await runJest();
  } catch (error) {
    explain(error);
    return { code: 1, passed: 0, failed: 1 };
  }
}

const { code, passed, failed } = await main();
const emptyRun = passed + failed === 0 && !jestArgs.includes('--passWithNoTests');
if (emptyRun) {
  console.error('No test was run. Check the path or the name given.');
}
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = code !== 0 || failed > 0 || emptyRun ? 1 : 0;
