import { dataMapOf, services } from '@definitivedx/contracts';
import type { Chapter } from './pages.js';

const afterErasure = { erased: 'erased', untouched: 'holds nothing of them' } as const;

/** The data map as a page to read. */
export function dataMapPage(regions: readonly string[]): {
  title: string;
  texts: readonly string[];
  chapters: readonly Chapter[];
} {
  const { stored, backups } = dataMapOf(regions);
  return {
    title: 'What is stored where, why and how long',
    texts: [
      `All of it is stored and processed in: ${regions.join(', ')}.`,
      'Cases are anonymised by whoever asks. They are treated as health data of a child all the same.',
      backups,
    ],
    chapters: services.map((service) => ({
      heading: service,
      rows: stored
        .filter((entry) => entry.service === service)
        .map((entry) => ({
          title: `${entry.name} (${entry.store})`,
          values: [
            ['What', entry.what],
            ['Whose', entry.whose],
            ['Why', entry.why],
            ['Lawful basis', entry.basis],
            ['How long', entry.retention],
            ['Protected by', entry.protection],
            [
              'When a member is erased',
              entry.onErasure === 'kept' ? `kept: ${entry.keptBecause ?? ''}` : afterErasure[entry.onErasure],
            ],
          ],
        })),
    })),
  };
}
