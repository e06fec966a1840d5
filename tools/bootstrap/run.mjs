// The one door of every npm script: installs what is needed, builds, and runs the command on the pinned Node.
// Needs nothing but Node 20 or newer and npm.
import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { constants } from 'node:os';
import { delimiter, dirname, join } from 'node:path';

const commands = {
  start: { program: 'tools/stack/dist/start.js', build: true },
  demo: { program: 'tools/demo/dist/main.js', build: true },
  traces: { program: 'tools/stack/dist/traces.js', build: true },
  provision: { program: 'tools/bus/dist/provision.js', build: true },
  'dead-letters': { program: 'tools/bus/dist/dead-letters.js', build: true },
  'files:keys': { program: 'tools/bus/dist/file-keys.js', build: true },
  'audit:export': { program: 'tools/bus/dist/audit-export.js', build: true },
  'audit:verify': { program: 'tools/bus/dist/audit-verify.js', build: true },
  'compose:secrets': { program: 'tools/stack/dist/compose-secrets.js', build: true },
  load: { program: 'tools/stack/dist/load.js', build: true },
  bench: { program: 'bench/dist/main.js', build: true },
  test: { program: 'tools/bootstrap/test.mjs' },
  'test:soak': { program: 'tools/bootstrap/test.mjs', args: ['--soak'] },
  check: { program: 'tools/bootstrap/check.mjs' },
  format: { program: 'tools/bootstrap/format.mjs' },
  generate: { program: 'tools/bootstrap/generate.mjs' },
};

if (Number(process.versions.node.split('.')[0]) < 20) {
  console.error(
    `DefinitiveDx needs Node 20 or newer to begin with, and this is ${process.version}. Install it from nodejs.org.`,
  );
  process.exit(1);
}

// Imported only now: an older Node may not be able to read them.
const { build, root } = await import('./exec.mjs');
const { alone, ensureInstalled, pinnedNode } = await import('./install.mjs');
const { Refusal, createSteps, explain } = await import('./steps.mjs');

async function buildAll(steps) {
  await steps.step('Build', async () => {
    const { code, output } = await build();
    if (code !== 0) throw new Refusal(`${output}\nThe build failed. Correct what is named above.`);
  });
}

/** How to reach the running system, as `npm start` wrote it down for this command; nothing when it is not running. */
function environmentOf(name) {
  const file = join(process.env.DDX_STATE || join(root, '.state'), 'environment.json');
  return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8'))[name] ?? {}) : {};
}

/** Runs the program on the pinned Node, passes signals on, and ends as it ended. */
function handOver(name, { program, args = [] }, rest) {
  const bin = join(root, 'node_modules', '.bin');
  const child = spawn(pinnedNode, [join(root, program), ...args, ...rest], {
    cwd: root,
    stdio: 'inherit',
    env: {
      ...environmentOf(name),
      ...process.env,
      NX_DAEMON: 'false',
      PATH: [bin, dirname(pinnedNode), process.env.PATH].join(delimiter),
    },
  });
  // The program decides when to end, and we end after it. A Ctrl-C at the terminal reaches it twice, which it must bear
  // (tools/stack/src/start.ts does); a SIGINT that something sends to us alone would otherwise not reach it at all.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  child.on('error', (error) => {
    console.error(`${pinnedNode} cannot be started: ${error.message}`);
    process.exitCode = 1;
  });
  child.on('exit', (code, signal) => {
    process.exitCode = code ?? 128 + (constants.signals[signal] ?? 0);
    process.removeAllListeners();
    process.exit();
  });
}

const [name = '', ...rest] = process.argv.slice(2);
const command = Object.hasOwn(commands, name) ? commands[name] : undefined;
if (command === undefined) {
  console.error(
    `Usage: node tools/bootstrap/run.mjs <command>\nCommands: ${Object.keys(commands).join(', ')}`,
  );
  process.exit(2);
}

const steps = createSteps(name === 'start' ? process.stdout : process.stderr);
try {
  await alone(steps, async () => {
    await ensureInstalled(steps);
    if (command.build) await buildAll(steps);
  });
  handOver(name, command, rest);
} catch (error) {
  explain(error);
  process.exitCode = 1;
}
