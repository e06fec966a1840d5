import type { DatabaseOptions } from '@definitivedx/db';
import { Cases0001 } from './migrations/0001-cases.js';
import { Cases0002 } from './migrations/0002-whole-story.js';
import { Cases0003 } from './migrations/0003-practices.js';
import { Cases0004 } from './migrations/0004-organisation.js';
import { Cases0005 } from './migrations/0005-course.js';
import { Cases0006 } from './migrations/0006-asking.js';
import { Cases0007 } from './migrations/0007-discussion.js';
import { Cases0008 } from './migrations/0008-responsibility.js';
import { Cases0009 } from './migrations/0009-finding.js';
import { Cases0010 } from './migrations/0010-endings.js';

/** The database of `cases`: its tables and how they came to be. */
export const databaseOptions = (url: string): DatabaseOptions => ({
  url,
  entities: [],
  migrations: [
    { name: '0001-cases', class: Cases0001 },
    { name: '0002-whole-story', class: Cases0002 },
    { name: '0003-practices', class: Cases0003 },
    { name: '0004-organisation', class: Cases0004 },
    { name: '0005-course', class: Cases0005 },
    { name: '0006-asking', class: Cases0006 },
    { name: '0007-discussion', class: Cases0007 },
    { name: '0008-responsibility', class: Cases0008 },
    { name: '0009-finding', class: Cases0009 },
    { name: '0010-endings', class: Cases0010 },
  ],
});
