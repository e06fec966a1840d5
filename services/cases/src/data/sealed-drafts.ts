import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import type { DraftContent } from '@definitivedx/contracts';
import {
  decryptStream,
  encryptStream,
  newDataKey,
  unwrapKey,
  wrapKey,
  type FileContext,
  type KeyProvider,
} from '@definitivedx/crypto';
import { AppError } from '@definitivedx/errors';

/** What is stored of what has been typed. */
export interface Sealed {
  readonly keyId: string;
  readonly wrappedKey: Buffer;
  readonly sealed: Buffer;
}

/** Whose draft it is: neither is in the ciphertext, which opens for no other draft and no other member. */
export interface DraftOwner {
  readonly draftId: string;
  readonly memberId: string;
}

const contextOf = ({ draftId, memberId }: DraftOwner): FileContext => ({ fileId: draftId, caseId: memberId });

async function through(input: Buffer, transform: NodeJS.ReadWriteStream): Promise<Buffer> {
  const [bytes] = await Promise.all([buffer(transform), pipeline(Readable.from([input]), transform)]);
  return bytes;
}

/** Encrypts a draft as a file is (libs/crypto/FORMAT.md), each time under a key of its own. */
export async function sealDraft(
  keys: KeyProvider,
  owner: DraftOwner,
  content: DraftContent,
): Promise<Sealed> {
  const context = contextOf(owner);
  const dataKey = newDataKey();
  const { keyId, bytes } = await wrapKey(dataKey, context, keys);
  // JSON writes half a character as an escape, so that whatever was typed comes back.
  const sealed = await through(Buffer.from(JSON.stringify(content)), encryptStream(dataKey, context));
  return { keyId, wrappedKey: bytes, sealed };
}

/** What was typed. @throws AppError `internal` when what is stored is damaged, another's, or its key is not there */
export async function openDraft(keys: KeyProvider, owner: DraftOwner, stored: Sealed): Promise<DraftContent> {
  const context = contextOf(owner);
  try {
    const wrapped = { keyId: stored.keyId, bytes: stored.wrappedKey };
    const dataKey = await unwrapKey(wrapped, context, keys);
    const text = await through(stored.sealed, decryptStream(dataKey, context));
    return JSON.parse(text.toString()) as DraftContent;
  } catch (cause) {
    throw new AppError(
      'internal',
      'This draft cannot be opened: it is stored damaged, or the key it needs is not there. Please report this so that it is looked into.',
      { cause },
    );
  }
}
