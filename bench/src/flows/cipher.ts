import { execFileSync } from 'node:child_process';
import { segmentLength } from '@definitivedx/crypto';
import { inRepository } from '@definitivedx/stack';
import { spreadOf } from '../compare.js';
import type { Section } from '../section.js';
import type { Stage } from '../stage.js';
import type { Options } from './requests.js';

/** Encrypting and decrypting a stream, against what openssl itself does on one core with blocks of a segment's size. */
export async function cipherFlow(
  _stage: Stage,
  options: Options,
  note: (line: string) => void,
): Promise<Section> {
  const program = inRepository('bench/dist/cipher/program.js');
  const output = execFileSync(process.execPath, [program, String(options.rounds)], { encoding: 'utf8' });
  const rounds = JSON.parse(output) as Record<string, number>[];
  const rows = Object.keys(rounds[0] ?? {}).map((name) => {
    const rates = rounds.map((round) => round[name] ?? Number.NaN);
    const floor = `${name.split(',')[0] ?? ''}, openssl`;
    const { median, low, high } = spreadOf(
      rounds.map((round) => (round[name] ?? 0) / (round[floor] ?? Number.NaN)),
    );
    const ratio = `**${median.toFixed(2)}** (${low.toFixed(2)}–${high.toFixed(2)})`;
    return [name, spreadOf(rates).median.toFixed(2), name === floor ? '' : ratio];
  });
  for (const row of rows) note(`  cipher: ${row.join('  ')}`);
  return {
    title: 'Encrypting and decrypting files',
    about:
      'The streams that uploads and downloads go through, in a process of their own, against ' +
      `\`openssl speed -evp aes-256-gcm -bytes ${String(segmentLength)}\`; GB per second of processor time.`,
    head: ['', 'GB/s', 'of openssl'],
    rows,
  };
}
