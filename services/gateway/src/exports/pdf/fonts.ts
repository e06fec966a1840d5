import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { inflateSync } from 'node:zlib';
import { create, type Font } from 'fontkit';

const require = createRequire(import.meta.url);
const bytesOf = (weight: string): Buffer =>
  unwrapped(readFileSync(require.resolve(`roboto-fontface/fonts/roboto/Roboto-${weight}.woff`)));

/** The typefaces of documents, embedded in each, so that it looks the same everywhere. */
export const fonts = { regular: bytesOf('Regular'), bold: bytesOf('Bold') } as const;
export type FontName = keyof typeof fonts;

// Both weights draw the same characters; the spec sees to it.
const font: Font = create(fonts.regular);

/** Whether the typefaces have a shape for a character. */
export const canDraw = (codePoint: number): boolean => font.hasGlyphForCodePoint(codePoint);

/**
 * A typeface out of its WOFF 1.0 wrapping (W3C): the same tables, inflated, behind the directory of an OpenType file. fontkit
 * would inflate them itself, for each document again, and in that spends more time than on drawing a short one.
 */
function unwrapped(woff: Buffer): Buffer {
  const count = woff.readUInt16BE(12);
  const head = Buffer.alloc(12 + 16 * count);
  woff.copy(head, 0, 4, 8);
  head.writeUInt16BE(count, 4);
  const power = Math.floor(Math.log2(count));
  head.writeUInt16BE(16 * 2 ** power, 6);
  head.writeUInt16BE(power, 8);
  head.writeUInt16BE(16 * (count - 2 ** power), 10);
  const tables: Buffer[] = [head];
  let end = head.length;
  for (let place = 0; place < count; place += 1) {
    const entry = woff.subarray(44 + 20 * place, 64 + 20 * place);
    const [from, packed, length] = [entry.readUInt32BE(4), entry.readUInt32BE(8), entry.readUInt32BE(12)];
    const stored = woff.subarray(from, from + packed);
    const table = packed < length ? inflateSync(stored) : stored;
    const record = 12 + 16 * place;
    entry.copy(head, record, 0, 4);
    entry.copy(head, record + 4, 16, 20);
    head.writeUInt32BE(end, record + 8);
    head.writeUInt32BE(length, record + 12);
    // Each begins at a multiple of four bytes.
    const padding = Buffer.alloc((4 - (length % 4)) % 4);
    tables.push(table, padding);
    end += table.length + padding.length;
  }
  return Buffer.concat(tables);
}
