// `npm start`: the whole system on this machine, until Ctrl-C.
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Refusal, createSteps, explain, type Steps } from '../../bootstrap/steps.mjs';
import { isLoopback, parseArgs, usage, type StartArgs } from './args.js';
import { people, trustPeople } from './identity-provider/people.js';
import { assertPortsFree, portsFrom, type PortName, type Ports } from './ports.js';
import { postgresDataDir } from './postgres.js';
import { inRepository } from './repository.js';
import { emptyState, lockState, prepareState, storageSentence } from './state.js';
import { startSystem, type System } from './system.js';

const stateDir = resolve(process.env['DDX_STATE'] || inRepository('.state'));
/** How long what a killed run left behind may take to end by itself (see guard.ts). */
const leftoversEndWithin = 15_000;
/** One Ctrl-C may arrive more than once: from the terminal, from npm, and from the bootstrap. */
const sameKeyPress = 1000;

class Interrupted extends Error {}

async function waitForPorts(
  ports: Ports,
  hostOf: (name: PortName) => string,
  stale: boolean,
  steps: Steps,
): Promise<void> {
  const free = (): Promise<void> => assertPortsFree(ports, hostOf);
  if (!stale) {
    await free();
    return;
  }
  await steps.step('Waiting for what the run before, which was killed, left behind', async () => {
    const deadline = Date.now() + leftoversEndWithin;
    while (Date.now() < deadline) {
      try {
        await free();
        return;
      } catch {
        await sleep(250);
      }
    }
    await free();
  });
}

function notes(args: StartArgs, steps: Steps): void {
  if (process.getuid?.() === 0) {
    steps.note(
      '  You are root: PostgreSQL, which refuses that, runs as the unprivileged user "postgres" instead.',
    );
    const wanted = join(stateDir, 'postgres');
    const used = postgresDataDir(wanted);
    if (used !== wanted) steps.note(`  That user cannot enter ${stateDir}, so its data is kept in ${used}.`);
  }
  if (!isLoopback(args.host)) {
    steps.note(
      `  Listening on ${args.host}: whoever reaches this address can sign in as any demo person. Use invented cases only.`,
    );
  }
}

function summary(system: System): string {
  const width = Math.max(...[...people, ...trustPeople].map(({ name }) => name.length));
  return [
    '',
    `DefinitiveDx runs at ${system.url}`,
    `  API documentation  ${system.url}/api/docs   (OpenAPI: ${system.url}/api/openapi.json)`,
    `  E-mail it sends    ${system.mailboxUrl}`,
    '',
    'Sign in as any of these; no password is asked:',
    ...people.map(({ name, hint }) => `  ${name.padEnd(width)}  ${hint}`),
    '',
    `A trust that is not there yet, with its own sign-in at ${system.trustIssuer}:`,
    ...trustPeople.map(({ name, hint }) => `  ${name.padEnd(width)}  ${hint}`),
    '',
    'The story from question to outcome, played through the API: npm run demo',
    `Ctrl-C stops everything; data is kept in ${stateDir}; npm start -- --fresh empties it.`,
    '',
  ].join('\n');
}

/** Resolves at the first SIGINT, SIGTERM or SIGHUP; a second Ctrl-C ends the program at once. */
function untilAsked(onAsked: () => void): Promise<void> {
  return new Promise((done) => {
    let first: number | undefined;
    const asked = (): void => {
      if (first === undefined) {
        first = Date.now();
        onAsked();
        done();
      } else if (Date.now() - first > sameKeyPress) {
        process.exit(130);
      }
    };
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, asked);
  });
}

async function main(): Promise<void> {
  const args = parseArgs(process.argv.slice(2), process.env);
  if (args.help) {
    console.log(usage);
    return;
  }
  const steps = createSteps();
  const starting = new AbortController();
  const asked = untilAsked(() => {
    starting.abort(new Interrupted());
  });

  prepareState(stateDir);
  const lock = lockState(stateDir);
  try {
    const ports = portsFrom(args.port);
    const publicly: readonly PortName[] = ['gateway', 'identityProvider', 'trustIdentityProvider'];
    await waitForPorts(
      ports,
      (name) => (publicly.includes(name) ? args.host : '127.0.0.1'),
      lock.stale,
      steps,
    );
    notes(args, steps);
    if (args.fresh) {
      await steps.step('Emptying the state folder', () => {
        emptyState(stateDir);
      });
    }
    // A wildcard is where to listen, not a place to go to.
    const named = !isLoopback(args.host) && args.host !== '0.0.0.0' && args.host !== '::';
    const system = await startSystem({
      stateDir,
      ports,
      report: steps,
      durable: true,
      host: args.host,
      signal: starting.signal,
      ...(named ? { publicHost: args.host.includes(':') ? `[${args.host}]` : args.host } : {}),
    });
    console.log(summary(system));
    await asked;
    process.stdout.write('\n');
    await steps.step('Stopped', () => system.stop());
  } finally {
    lock.release();
  }
}

try {
  await main();
  process.exit(0);
} catch (error) {
  if (error instanceof Interrupted) {
    process.stdout.write('\nThe start was given up; nothing is left running.\n');
    process.exit(130);
  }
  // Only what the file system said about the state folder; the same codes come from elsewhere too.
  const aboutState = (error as NodeJS.ErrnoException | undefined)?.path?.startsWith(stateDir) ?? false;
  const sentence = aboutState ? storageSentence(error, stateDir) : undefined;
  explain(sentence === undefined ? error : new Refusal(sentence));
  process.exit(1);
}
