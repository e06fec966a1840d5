import { spawn } from 'node:child_process';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The repository's root folder. */
export const root = fileURLToPath(new URL('../..', import.meta.url));

const bin = join(root, 'node_modules', '.bin');

/**
 * Runs a program from the root folder, with the workspace's own programs first on PATH.
 * `show: true` lets it write to the terminal; otherwise what it writes is collected.
 * Resolves with its exit code (never rejects) and the collected output.
 */
export function exec(command, args, { show = false, env = {} } = {}) {
  return new Promise((resolve) => {
    const child = spawn(command, args, {
      cwd: root,
      env: {
        ...process.env,
        NX_DAEMON: 'false',
        PATH: `${bin}${delimiter}${process.env.PATH ?? ''}`,
        ...env,
      },
      stdio: show ? 'inherit' : ['ignore', 'pipe', 'pipe'],
    });
    const chunks = [];
    child.stdout?.on('data', (chunk) => chunks.push(chunk));
    child.stderr?.on('data', (chunk) => chunks.push(chunk));

    // The terminal sends Ctrl-C to the child as well: stay until it has cleaned up. A SIGTERM reaches only us: pass it on.
    const wait = () => undefined;
    const passOn = () => child.kill('SIGTERM');
    process.on('SIGINT', wait).on('SIGTERM', passOn);
    const done = (code, extra = '') => {
      process.off('SIGINT', wait).off('SIGTERM', passOn);
      resolve({ code, output: Buffer.concat(chunks).toString() + extra });
    };
    child.on('error', (error) => done(127, `${command} cannot be started: ${error.message}\n`));
    child.on('close', (code) => done(code ?? 1));
  });
}

/** Builds every package; what has not changed comes from Nx's cache. */
export const build = () => exec('nx', ['run-many', '-t', 'build']);
