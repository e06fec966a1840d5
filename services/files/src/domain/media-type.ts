import type { mediaTypes } from '@definitivedx/contracts';
import { AppError } from '@definitivedx/errors';

export type MediaType = (typeof mediaTypes)[number];

export const extensionOf: Readonly<Record<MediaType, string>> = {
  'image/jpeg': 'jpg',
  'image/png': 'png',
  'image/webp': 'webp',
  'application/pdf': 'pdf',
  'text/plain': 'txt',
};

export const isMediaType = (type: string): type is MediaType => Object.hasOwn(extensionOf, type);

/**
 * Whether the first bytes may be the beginning of plain text: no markup, which a browser somewhere might run. That the
 * rest is UTF-8 as well is checked as it passes.
 */
export const looksLikeMarkup = (beginning: string): boolean =>
  /^\uFEFF?\s*<[a-z!?/]/i.test(beginning) || /<(?:script|svg|html|!doctype)[\s>]/i.test(beginning);

export const typeNotAllowed = (): AppError =>
  new AppError(
    'unsupported-media-type',
    'This kind of file cannot be attached. Please attach a JPEG, PNG or WebP picture, a PDF, or plain text in UTF-8; save pictures of other kinds, such as HEIC or SVG, as JPEG or PNG first.',
  );
