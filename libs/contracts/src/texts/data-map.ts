import { z } from 'zod';
import { services } from '../define.js';
import { accessData } from './data-map/access.js';
import { casesData } from './data-map/cases.js';
import type { StoredData } from './data-map/entry.js';
import { notifyData } from './data-map/notify.js';
import { filesData, gatewayData, metricsData } from './data-map/others.js';

/** What is stored where, whose it is, why and how long: every table, stream and store of the system. A test holds it to the real ones. */
export const dataMap: readonly StoredData[] = [
  ...gatewayData,
  ...accessData,
  ...casesData,
  ...filesData,
  ...notifyData,
  ...metricsData,
];

/** Said with every erasure, and on the page. */
export const backupHorizon =
  'Backups are not rewritten. They expire after the time the operator keeps them, keys before data: whoever restores an older one repeats the erasures since. Mail that was sent is out of reach, and so is what somebody else wrote of the person in a text.';

/** What is kept when somebody is erased, why, and until when. */
export const keptAfterErasure = (): {
  service: StoredData['service'];
  what: string;
  why: string;
  until: string;
}[] =>
  dataMap.flatMap(({ service, what, retention: until, onErasure }) =>
    onErasure.does === 'kept' ? [{ service, what, why: onErasure.why, until }] : [],
  );

/** The map as it is served. */
export const dataMapDocument = z.strictObject({
  regions: z.array(z.string()).describe('Where this deployment keeps and processes data.'),
  backups: z.string(),
  stored: z.array(
    z.strictObject({
      service: z.enum(services),
      store: z.enum(['table', 'stream', 'objects', 'folder']),
      name: z.string(),
      what: z.string(),
      whose: z.enum(['members', 'children', 'applicants', 'nobody']),
      why: z.string(),
      basis: z.string(),
      retention: z.string(),
      protection: z.string(),
      onErasure: z.enum(['erased', 'kept', 'untouched']),
      keptBecause: z.string().nullable(),
    }),
  ),
});

/** The map of a deployment. */
export const dataMapOf = (regions: readonly string[]): z.output<typeof dataMapDocument> => ({
  regions: [...regions],
  backups: backupHorizon,
  stored: dataMap.map(({ onErasure, ...entry }) => ({
    ...entry,
    onErasure: onErasure.does,
    keptBecause: onErasure.does === 'kept' ? onErasure.why : null,
  })),
});
