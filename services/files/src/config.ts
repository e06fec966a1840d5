import { loadConfig, type ServiceConfig } from '@definitivedx/bus';

/** The configuration of files from its environment. @throws Error with one line per wrong variable. */
export const loadFilesConfig = (env: NodeJS.ProcessEnv = process.env): ServiceConfig =>
  loadConfig('files', env);
