import type { DatabaseOptions } from '@definitivedx/db';
import { entities } from './entities.js';
import { Cases0001 } from './migrations/0001-cases.js';

/** The database of `cases`: its tables and how they came to be. */
export const databaseOptions = (url: string): DatabaseOptions => ({
  url,
  entities,
  migrations: [{ name: '0001-cases', class: Cases0001 }],
});
