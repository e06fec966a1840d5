import { z } from 'zod';
import { loadConfig, parseEnv, type ServiceConfig } from '@definitivedx/bus';

const casesEnv = {
  /** A JSON keyring with mode 0600, for drafts alone; read again when it changes. */
  DRAFTS_KEYRING_FILE: z.string().min(1),
};

/** What cases needs besides what every service needs. */
export interface CasesConfig extends ServiceConfig {
  readonly draftsKeyringFile: string;
}

/** The configuration of cases from its environment. @throws Error with one line per wrong variable. */
export function loadCasesConfig(env: NodeJS.ProcessEnv = process.env): CasesConfig {
  const { DRAFTS_KEYRING_FILE } = parseEnv(casesEnv, env);
  return { ...loadConfig('cases', env), draftsKeyringFile: DRAFTS_KEYRING_FILE };
}
