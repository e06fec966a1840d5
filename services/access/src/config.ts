import { loadConfig, type ServiceConfig } from '@definitivedx/bus';
import { egressSettings, type EgressSettings } from '@definitivedx/egress';

export interface AccessConfig extends ServiceConfig {
  /** Which addresses that organisations name may be called; the strict rule when absent. */
  readonly egress?: EgressSettings;
}

/** The configuration of access from its environment. @throws Error with one line per wrong variable. */
export const loadAccessConfig = (env: NodeJS.ProcessEnv = process.env): AccessConfig => ({
  ...loadConfig('access', env),
  egress: egressSettings(env),
});
