import { loadConfig, type ServiceConfig } from '@definitivedx/bus';

/** The configuration of metrics from its environment. @throws Error with one line per wrong variable. */
export const loadMetricsConfig = (env: NodeJS.ProcessEnv = process.env): ServiceConfig =>
  loadConfig('metrics', env);
