import type { DatabaseOptions } from '@definitivedx/db';
import { Migration0001Notify } from './migrations/0001-notify.js';

/** The database of notify. All of its statements are prepared ones, so it maps no entities. */
export const databaseOptions = (url: string): DatabaseOptions => ({
  url,
  entities: [],
  migrations: [{ name: '0001-notify', class: Migration0001Notify }],
});
