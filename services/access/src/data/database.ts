import type { DatabaseOptions } from '@definitivedx/db';
import { Identity, Member, Membership, Organisation, Panel, PanelMember } from './entities.js';
import { Migration0001 } from './migrations/0001-access.js';
import { Migration0002 } from './migrations/0002-panel-terms.js';
import { Migration0003 } from './migrations/0003-acting.js';
import { Migration0004 } from './migrations/0004-onboarding.js';
import { Migration0005 } from './migrations/0005-directory.js';
import { Migration0006 } from './migrations/0006-clients.js';
import { Migration0007 } from './migrations/0007-audit-tree.js';
import { Migration0008 } from './migrations/0008-relations.js';
import { Migration0009 } from './migrations/0009-conformance.js';
import { Migration0010 } from './migrations/0010-leaving.js';
import { Migration0011 } from './migrations/0011-erasure.js';
import { Migration0013 } from './migrations/0013-flagged.js';

/** What this service's database consists of. */
export const databaseOptions = (url: string): DatabaseOptions => ({
  url,
  entities: [Organisation, Member, Identity, Membership, Panel, PanelMember],
  migrations: [
    { name: '0001-access', class: Migration0001 },
    { name: '0002-panel-terms', class: Migration0002 },
    { name: '0003-acting', class: Migration0003 },
    { name: '0004-onboarding', class: Migration0004 },
    { name: '0005-directory', class: Migration0005 },
    { name: '0006-clients', class: Migration0006 },
    { name: '0007-audit-tree', class: Migration0007 },
    { name: '0008-relations', class: Migration0008 },
    { name: '0009-conformance', class: Migration0009 },
    { name: '0010-leaving', class: Migration0010 },
    { name: '0011-erasure', class: Migration0011 },
    { name: '0013-flagged', class: Migration0013 },
  ],
});
