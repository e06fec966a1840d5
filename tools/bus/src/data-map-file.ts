import { dataMapOf, services } from '@definitivedx/contracts';

const cell = (text: string): string => text.replaceAll('|', String.raw`\|`);

/** The data map as a document: what the page of a deployment shows, but for the region, which its configuration names. */
export function dataMapFile(): string {
  const { stored, backups } = dataMapOf([]);
  const chapters = services.map((service) => {
    const rows = stored
      .filter((entry) => entry.service === service)
      .map(({ name, store, what, whose, why, basis, retention, protection, onErasure, keptBecause }) => {
        const erasure = onErasure === 'kept' ? `kept: ${keptBecause ?? ''}` : onErasure;
        return `| ${[`\`${name}\` (${store})`, what, whose, why, basis, retention, protection, erasure].map(cell).join(' | ')} |`;
      });
    return [
      `## ${service}`,
      '',
      '| where | what | whose | why | lawful basis (UK GDPR) | how long | protected by | when a member is erased |',
      '| --- | --- | --- | --- | --- | --- | --- | --- |',
      ...rows,
    ].join('\n');
  });
  return `${[
    '<!-- Written by `npm run generate` from libs/contracts/src/texts/data-map. -->',
    '# What is stored where, why and how long',
    'A deployment shows this at `/data-map`, with the regions that its `DATA_REGIONS` names.',
    backups,
    ...chapters,
  ].join('\n\n')}\n`;
}
