import { execFileSync } from 'node:child_process';
import { segmentLength } from '@definitivedx/crypto';
import { inRepository } from '@definitivedx/stack';
import { spreadOf } from '../compare.js';
import type { Section } from '../section.js';
import type { Stage } from '../stage.js';
import type { Options } from '../options.js';

/** Encrypting and decrypting a stream, against what openssl itself does on one core with blocks of a segment's size. */
export async function cipherFlow(
  _stage: Stage,
  options: Options,
  note: (line: string) => void,
): Promise<Section> {
  const program = inRepository('bench/dist/cipher/program.js');
  const output = execFileSync(process.execPath, [program, String(options.rounds)], { encoding: 'utf8' });
  const rounds = JSON.parse(output) as Record<string, { clock: number; processor: number }>[];
  const rows = Object.keys(rounds[0] ?? {}).map((name) => {
    const floor = `${name.split(',')[0] ?? ''}, openssl`;
    const of = (what: 'clock' | 'processor'): string[] => {
      const all = (key: string): number[] => rounds.map((round) => round[key]?.[what] ?? Number.NaN);
      const rate = spreadOf(all(name)).median.toFixed(2);
      const floors = all(floor);
      const { median, low, high } = spreadOf(all(name).map((one, i) => one / (floors[i] ?? Number.NaN)));
      return [rate, name === floor ? '' : `**${median.toFixed(2)}** (${low.toFixed(2)}–${high.toFixed(2)})`];
    };
    return [name, ...of('clock'), ...of('processor')];
  });
  for (const row of rows) note(`  cipher: ${row.join('  ')}`);
  return {
    title: 'Encrypting and decrypting files',
    about:
      'The streams that uploads and downloads go through, in a process of their own, against ' +
      `\`openssl speed -evp aes-256-gcm -bytes ${String(segmentLength)}\`. Per second on the clock, and per second of processor ` +
      'time of all threads, to which the garbage collector adds its own.',
    head: ['', 'GB/s', 'of openssl', 'GB per CPU s', 'of openssl'],
    rows,
  };
}
