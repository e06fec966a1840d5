import type { DatabaseOptions } from '@definitivedx/db';
import { Files0001 } from './migrations/0001-files.js';

/** The database of `files`. No entities: its few statements are all on the path of a request. */
export const databaseOptions = (url: string): DatabaseOptions => ({
  url,
  entities: [],
  migrations: [{ name: '0001-files', class: Files0001 }],
});
