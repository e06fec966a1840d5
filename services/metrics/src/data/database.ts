import type { DatabaseOptions } from '@definitivedx/db';
import { Migration0001Metrics } from './migrations/0001-metrics.js';
import { Migration0002Endings } from './migrations/0002-endings.js';

/** The database of metrics. All of its statements are prepared ones, so it maps no entities. */
export const databaseOptions = (url: string): DatabaseOptions => ({
  url,
  entities: [],
  migrations: [
    { name: '0001-metrics', class: Migration0001Metrics },
    { name: '0002-endings', class: Migration0002Endings },
  ],
});
