import type { DatabaseOptions } from '@definitivedx/db';

/** The database of metrics. It keeps nothing yet: its first table comes with the first use of it. */
export const databaseOptions = (url: string): DatabaseOptions => ({ url, entities: [], migrations: [] });
