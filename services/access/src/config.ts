import { z } from 'zod';
import { loadConfig, parseEnv, type ServiceConfig } from '@definitivedx/bus';

const megabyte = 1024 * 1024;

/** As much as a million members need, and some. */
export const defaultImportMaxBytes = 256 * megabyte;

const accessEnv = {
  /** Largest file of members. */
  IMPORT_MAX_BYTES: z.coerce
    .number()
    .int()
    .min(1)
    .max(2048 * megabyte)
    .default(defaultImportMaxBytes),
};

/** What access needs besides what every service needs. */
export abstract class AccessOptions {
  abstract readonly importMaxBytes: number;
}

export type AccessConfig = ServiceConfig & Partial<AccessOptions>;

/** The configuration of access from its environment. @throws Error with one line per wrong variable. */
export function loadAccessConfig(env: NodeJS.ProcessEnv = process.env): AccessConfig {
  return { ...loadConfig('access', env), importMaxBytes: parseEnv(accessEnv, env).IMPORT_MAX_BYTES };
}
