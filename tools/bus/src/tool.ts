import { readFileSync } from 'node:fs';
import { Bus, connectNats, defaultTuning } from '@definitivedx/bus';
import { CallerSigner, CallerVerifier } from '@definitivedx/auth';
import type { Principal } from '@definitivedx/contracts';
import type { JWK } from 'jose';

/** Where a tool finds the bus and its own credential. */
export interface ToolConfig {
  readonly natsUrl: string;
  readonly natsSeed: string;
  readonly callerKey: JWK;
}

/** Reads NATS_URL, NATS_SEED_FILE and CALLER_KEY_FILE. @throws Error naming what is missing. */
export function toolConfigFromEnv(env: NodeJS.ProcessEnv = process.env): ToolConfig {
  const natsUrl = env['NATS_URL'];
  const seedFile = env['NATS_SEED_FILE'];
  const keyFile = env['CALLER_KEY_FILE'];
  if (!natsUrl || !seedFile || !keyFile) {
    throw new Error('Please set NATS_URL, NATS_SEED_FILE and CALLER_KEY_FILE.');
  }
  return {
    natsUrl,
    natsSeed: readFileSync(seedFile, 'utf8').trim(),
    callerKey: JSON.parse(readFileSync(keyFile, 'utf8')) as JWK,
  };
}

/** Connects a tool to the bus under its own principal. Close it when done. */
export async function connectTool(principal: Principal, config: ToolConfig): Promise<Bus> {
  const connection = await connectNats({ principal, natsUrl: config.natsUrl, natsSeed: config.natsSeed });
  // Tools answer nobody, so they need no one's public keys.
  const verifier = new CallerVerifier({ keys: [] });
  return new Bus(
    connection,
    new CallerSigner(principal, config.callerKey),
    verifier,
    defaultTuning.requestTimeoutMs * 2,
  );
}
