// Installs the workspace's packages when package-lock.json is not what is installed.
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { closeSync, existsSync, mkdirSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { root } from './exec.mjs';
import { withLock } from './lock.mjs';
import { Refusal } from './steps.mjs';

const modules = join(root, 'node_modules');
const stamp = join(modules, '.definitivedx-install');
/** Outside node_modules, which `npm ci` removes. */
const work = join(root, '.nx', 'bootstrap');

/** The pinned Node that everything runs on; it comes as a package. */
export const pinnedNode = join(modules, 'node', 'bin', process.platform === 'win32' ? 'node.exe' : 'node');

/** What an installation depends on. The system is part of it: a folder shared with another one is installed anew. */
function wanted() {
  const hash = createHash('sha256').update(readFileSync(join(root, 'package-lock.json')));
  return hash.update(`${process.platform} ${process.arch}`).digest('hex');
}

function installed() {
  return existsSync(pinnedNode) && existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted();
}

/** Runs npm, its output in a file. Resolves with the exit code. */
function npm(args, logFile) {
  const log = openSync(logFile, 'w');
  // The Node inside node_modules is about to be removed: npm must run on the one outside.
  const path = (process.env.PATH ?? '').split(delimiter).filter((folder) => !folder.startsWith(modules));
  return new Promise((resolve) => {
    const child = spawn('npm', [...args, '--no-audit', '--no-fund'], {
      cwd: root,
      env: { ...process.env, PATH: path.join(delimiter) },
      stdio: ['ignore', log, log],
      shell: process.platform === 'win32',
    });
    child.on('error', (error) => {
      writeFileSync(logFile, `npm cannot be started: ${error.message}\n`);
      resolve(127);
    });
    child.on('close', (code) => {
      closeSync(log);
      resolve(code ?? 1);
    });
  });
}

/**
 * Whether `npm ci` refused only because the lock file lacks optional packages for other systems, which a registry
 * mirror may not have. What is locked is then installed as it is locked all the same.
 */
function lacksOnlyOptional(logFile) {
  const output = readFileSync(logFile, 'utf8');
  const missing = [...output.matchAll(/^npm error Missing: (@?[^@\s]+)@\S* from lock file$/gm)].map(
    ([, name]) => name,
  );
  if (missing.length === 0 || /^npm error Invalid: /m.test(output)) return false;
  const { packages } = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8'));
  const optional = new Set(
    Object.values(packages).flatMap((entry) => Object.keys(entry.optionalDependencies ?? {})),
  );
  return missing.every((name) => optional.has(name));
}

/** `npm ci`, or its equal where that is too strict. */
async function installPackages(logFile) {
  const code = await npm(['ci'], logFile);
  return code !== 0 && lacksOnlyOptional(logFile) ? npm(['install', '--no-save'], logFile) : code;
}

/** What says most about a failure: npm names its errors first and ends with general help. */
function excerpt(file) {
  const lines = readFileSync(file, 'utf8').trimEnd().split('\n');
  const errors = lines.filter((line) => /^npm (error|ERR!) +\S/.test(line));
  return (errors.length > 0 ? errors.slice(0, 10) : lines.slice(-15)).join('\n');
}

/** Runs `task` as the only one of its kind in this copy of the repository. */
export async function alone(steps, task) {
  try {
    mkdirSync(work, { recursive: true });
  } catch (error) {
    throw new Refusal(
      `This folder cannot be written to (${error.code}): ${dirname(work)}\n` +
        'Make it writable, or use a copy of the repository that is.',
    );
  }
  return withLock(join(work, 'lock'), task, (pid) => {
    steps.note(`  Waiting for another run (process ${pid}) that is installing or building here.`);
  });
}

/** Installs when needed; nothing is shown when there is nothing to do. Call it inside `alone`. */
export async function ensureInstalled(steps) {
  if (installed()) return;
  const logFile = join(work, 'install.log');
  await steps.step('Install', async () => {
    const code = await installPackages(logFile);
    if (code === 0 && existsSync(pinnedNode)) {
      writeFileSync(stamp, wanted());
      return;
    }
    const text = excerpt(logFile);
    throw new Refusal(`${text}\n\n${adviceFor(code, text)}\nThe whole output is in ${logFile}`);
  });
}

function adviceFor(code, text) {
  if (code === 0) {
    return (
      'Installing failed: the pinned Node is missing. It comes from an install script, so those must be allowed: ' +
      'npm config set ignore-scripts false'
    );
  }
  if (text.includes('code EUSAGE')) {
    return 'Installing failed: package-lock.json does not fit package.json. If you changed one of them, run "npm install" and commit both.';
  }
  return (
    `Installing failed: npm ended with code ${code}.\n` +
    'Check that the npm registry can be reached and that the disk is not full, then run the same command again.'
  );
}
