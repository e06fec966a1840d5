import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { create, type Font } from 'fontkit';

const require = createRequire(import.meta.url);
const bytesOf = (weight: string): Buffer =>
  readFileSync(require.resolve(`roboto-fontface/fonts/roboto/Roboto-${weight}.woff`));

/** The typefaces of documents, embedded in each, so that it looks the same everywhere. */
export const fonts = { regular: bytesOf('Regular'), bold: bytesOf('Bold') } as const;
export type FontName = keyof typeof fonts;

// Both weights draw the same characters; fonts.spec.ts sees to it.
const font: Font = create(fonts.regular);

/** Whether the typefaces have a shape for a character. */
export const canDraw = (codePoint: number): boolean => font.hasGlyphForCodePoint(codePoint);
