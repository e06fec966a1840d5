import type { DatabaseOptions } from '@definitivedx/db';
import { Migration0001 } from './migrations/0001-gateway.js';
import { Migration0002 } from './migrations/0002-issuers.js';
import { Migration0003 } from './migrations/0003-tokens.js';

/** What this service's database consists of. No entities: each of its few statements is on the path of every request. */
export const databaseOptions = (url: string): DatabaseOptions => ({
  url,
  entities: [],
  migrations: [
    { name: '0001-gateway', class: Migration0001 },
    { name: '0002-issuers', class: Migration0002 },
    { name: '0003-tokens', class: Migration0003 },
  ],
});
