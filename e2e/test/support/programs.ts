import { spawn } from 'node:child_process';
import { inRepository } from '@definitivedx/stack';

export interface Ended {
  readonly code: number | null;
  readonly output: string;
}

/** Runs a built program of the repository to its end, with only the environment given. */
export async function runProgram(
  path: string,
  env: NodeJS.ProcessEnv,
  onOutput: (text: string) => void = () => undefined,
): Promise<Ended> {
  const child = spawn(process.execPath, [inRepository(path)], {
    env: { PATH: process.env['PATH'], ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: 120_000,
    killSignal: 'SIGKILL',
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text;
      onOutput(text);
    });
  }
  const code = await new Promise<number | null>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', resolve);
  });
  return { code, output };
}

/** Plays the demo against a system; `onOutput` is told what it prints while it runs. */
export const runDemo = (
  system: { url: string; issuer: string; trustIssuer: string; mailboxUrl: string },
  onOutput?: (text: string) => void,
): Promise<Ended> =>
  runProgram(
    'tools/demo/dist/main.js',
    {
      PUBLIC_URL: system.url,
      OIDC_ISSUER: system.issuer,
      TRUST_ISSUER: system.trustIssuer,
      MAILBOX_URL: system.mailboxUrl,
    },
    onOutput,
  );
