import type { DatabaseOptions } from '@definitivedx/db';
import { Migration0001Notify } from './migrations/0001-notify.js';
import { Migration0002HandOvers } from './migrations/0002-hand-overs.js';
import { Migration0003Webhooks } from './migrations/0003-webhooks.js';
import { Migration0004Governance } from './migrations/0004-governance.js';
import { Migration0005TestPages } from './migrations/0005-test-pages.js';
import { Migration0006News } from './migrations/0006-news.js';

/** The database of notify. All of its statements are prepared ones, so it maps no entities. */
export const databaseOptions = (url: string): DatabaseOptions => ({
  url,
  entities: [],
  migrations: [
    { name: '0001-notify', class: Migration0001Notify },
    { name: '0002-hand-overs', class: Migration0002HandOvers },
    { name: '0003-webhooks', class: Migration0003Webhooks },
    { name: '0004-governance', class: Migration0004Governance },
    { name: '0005-test-pages', class: Migration0005TestPages },
    { name: '0006-news', class: Migration0006News },
  ],
});
