import { fileTypeFromBuffer } from 'file-type';
import { isMediaType, looksLikeMarkup, typeNotAllowed, type MediaType } from '../domain/media-type.js';
import { TextCheck } from './text-check.js';

/** Bytes at the beginning of a file that decide its type. */
export const decisive = 4_100;

/**
 * The type of a file by its first bytes; what its sender calls it does not count.
 * @throws AppError `unsupported-media-type` for anything not on the list.
 */
export async function detectType(beginning: Buffer): Promise<MediaType> {
  const found = await fileTypeFromBuffer(beginning);
  if (found) {
    if (isMediaType(found.mime)) return found.mime;
    throw typeNotAllowed();
  }
  if (looksLikeMarkup(new TextCheck().next(beginning))) throw typeNotAllowed();
  return 'text/plain';
}
