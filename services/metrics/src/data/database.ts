import type { DatabaseOptions } from '@definitivedx/db';
import { Migration0001Metrics } from './migrations/0001-metrics.js';

/** The database of metrics. All of its statements are prepared ones, so it maps no entities. */
export const databaseOptions = (url: string): DatabaseOptions => ({
  url,
  entities: [],
  migrations: [{ name: '0001-metrics', class: Migration0001Metrics }],
});
