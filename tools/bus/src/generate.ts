import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { asyncApiDocument } from './asyncapi.js';
import { dataMapFile } from './data-map-file.js';
import { natsPermissionsFile, subjectsTable } from './permissions-file.js';

/** Writes what is generated from the contracts. The check command fails when the committed files differ. */
const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..', '..');

const files: Record<string, string> = {
  'deploy/nats/permissions.conf': natsPermissionsFile(),
  'docs/api/subjects.md': subjectsTable(),
  'docs/data-map.md': dataMapFile(),
  'docs/api/asyncapi.json': `${JSON.stringify(asyncApiDocument(), null, 2)}\n`,
};

for (const [path, content] of Object.entries(files)) {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), content);
}
