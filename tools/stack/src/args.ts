import { Refusal } from '../../bootstrap/steps.mjs';
import { portSpan } from './ports.js';

export interface StartArgs {
  /** Empty the state folder first. */
  readonly fresh: boolean;
  /** Where the web address listens. */
  readonly host: string;
  /** The first of the ports that are used. */
  readonly port: number;
  readonly help: boolean;
}

export const usage = `npm start [-- options]
  --fresh      empty the state folder first: all cases, people and mail are gone
  --port P     the web address is http://localhost:P, the other parts use ports up to P + ${String(portSpan)} (8080; also DDX_PORT)
  --host H     listen on this address too, not only for this machine (127.0.0.1)
The state folder is .state in the repository, or what DDX_STATE names.`;

function parsePort(text: string, from: string): number {
  const port = Number(text);
  const highest = 65_535 - portSpan;
  if (/^\d+$/.test(text) && port >= 1 && port <= highest) return port;
  throw new Refusal(`${from} must be a number from 1 to ${String(highest)}, and is "${text}".`);
}

/** The options of `npm start`. Throws a Refusal for what is not one. */
export function parseArgs(args: readonly string[], env: NodeJS.ProcessEnv = {}): StartArgs {
  let fresh = false;
  let help = false;
  let host = '127.0.0.1';
  let port = parsePort(env['DDX_PORT'] || '8080', 'DDX_PORT');
  // `--port=8180` is the same as `--port 8180`.
  const rest = args.flatMap((arg) =>
    /^--\w+=/.test(arg) ? [arg.slice(0, arg.indexOf('=')), arg.slice(arg.indexOf('=') + 1)] : [arg],
  );
  const value = (option: string): string => {
    const next = rest.shift();
    if (next === undefined || next === '' || next.startsWith('--'))
      throw new Refusal(`${option} needs a value.\n\n${usage}`);
    return next;
  };
  for (let arg = rest.shift(); arg !== undefined; arg = rest.shift()) {
    if (arg === '--fresh') fresh = true;
    else if (arg === '--help' || arg === '-h') help = true;
    else if (arg === '--host') host = value(arg);
    else if (arg === '--port') port = parsePort(value(arg), '--port');
    else throw new Refusal(`"${arg}" is not an option of npm start.\n\n${usage}`);
  }
  return { fresh, host, port, help };
}

export const isLoopback = (host: string): boolean =>
  host === 'localhost' || host === '::1' || host.startsWith('127.');
