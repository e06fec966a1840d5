import { readFileSync } from 'node:fs';
import type { JSONWebKeySet, JWK } from 'jose';
import { z } from 'zod';
import type { ServiceName } from '@definitivedx/contracts';
import type { Clock } from './clock.js';

/** Reads a file named by a variable, so that secrets come as mounted files and never show in an environment dump. */
export const secretFile = z.string().transform((path, context) => {
  try {
    return readFileSync(path, 'utf8').trim();
  } catch {
    context.addIssue({ code: 'custom', message: 'names a file that cannot be read' });
    return z.NEVER;
  }
});

const jsonFile = <T>(what: string) =>
  secretFile.transform((content, context) => {
    try {
      return JSON.parse(content) as T;
    } catch {
      context.addIssue({ code: 'custom', message: `names a file that is not ${what}` });
      return z.NEVER;
    }
  });

/** Where a service's database is. */
export const databaseEnv = {
  DATABASE_URL: z.url({ protocol: /^postgres(ql)?$/ }),
  /** The password, when the address is without one. */
  DATABASE_PASSWORD_FILE: secretFile.optional(),
};

/** The address of the database, the password in it. */
export function databaseUrlOf(env: z.output<z.ZodObject<typeof databaseEnv>>): string {
  if (env.DATABASE_PASSWORD_FILE === undefined) return env.DATABASE_URL;
  const url = new URL(env.DATABASE_URL);
  url.password = encodeURIComponent(env.DATABASE_PASSWORD_FILE);
  return url.href;
}

/** Environment of every service. */
export const serviceEnv = {
  HOST: z.string().default('127.0.0.1'),
  PORT: z.coerce.number().int().min(0).max(65_535),
  ...databaseEnv,
  DATABASE_POOL_MAX: z.coerce.number().int().min(2).max(200).default(10),
  NATS_URL: z.string().min(1),
  NATS_SEED_FILE: secretFile,
  CALLER_KEY_FILE: jsonFile<JWK>('a private JWK'),
  CALLER_JWKS_FILE: jsonFile<JSONWebKeySet>('a JWK set'),
};

export interface BusTuning {
  /** Waits between attempts of a failing event, in milliseconds; one more failure than entries is a dead letter. */
  readonly backoffMs: readonly number[];
  /** How often an unready dependency is asked again while consumption is paused, in milliseconds. */
  readonly pauseMs: number;
  /** Events of one durable handled at once. */
  readonly concurrency: number;
  /** Longest wait for a reply, in milliseconds. */
  readonly requestTimeoutMs: number;
}

export const defaultTuning: BusTuning = {
  backoffMs: [1_000, 5_000, 30_000, 120_000, 600_000],
  pauseMs: 500,
  concurrency: 4,
  requestTimeoutMs: 5_000,
};

/** What a service needs to run, whether read from the environment or given by a test. */
export interface ServiceConfig {
  readonly service: ServiceName;
  readonly host: string;
  readonly port: number;
  readonly databaseUrl: string;
  readonly databasePoolMax: number;
  readonly natsUrl: string;
  readonly natsSeed: string;
  readonly callerKey: JWK;
  readonly callerKeys: JSONWebKeySet;
  readonly tuning: BusTuning;
  /** The system's clock when absent. */
  readonly clock?: Clock;
}

/**
 * Parses an environment by a shape of Zod fields.
 * @throws Error naming every variable that is missing or wrong; the start stops there.
 */
export function parseEnv<S extends z.ZodRawShape>(
  shape: S,
  env: NodeJS.ProcessEnv = process.env,
): z.output<z.ZodObject<S>> {
  const parsed = z.object(shape).safeParse(env);
  if (parsed.success) return parsed.data;
  const lines = parsed.error.issues.map((issue) => `  ${issue.path.join('.')}: ${issue.message}`);
  throw new Error(`The environment is not complete. Please set:\n${lines.join('\n')}`);
}

/** The configuration of a service from its environment. @throws Error with one line per wrong variable. */
export function loadConfig(service: ServiceName, env: NodeJS.ProcessEnv = process.env): ServiceConfig {
  const parsed = parseEnv(serviceEnv, env);
  return {
    service,
    host: parsed.HOST,
    port: parsed.PORT,
    databaseUrl: databaseUrlOf(parsed),
    databasePoolMax: parsed.DATABASE_POOL_MAX,
    natsUrl: parsed.NATS_URL,
    natsSeed: parsed.NATS_SEED_FILE,
    callerKey: parsed.CALLER_KEY_FILE,
    callerKeys: parsed.CALLER_JWKS_FILE,
    tuning: defaultTuning,
  };
}
