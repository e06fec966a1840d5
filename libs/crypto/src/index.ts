export { decryptRange, decryptStream, type PlaintextRange, type RangeSource } from './decrypt.js';
export { encryptStream } from './encrypt.js';
export { newDataKey } from './file-keys.js';
export {
  ciphertextSize,
  maxPlaintextSize,
  plaintextSize,
  segmentLength,
  type FileContext,
} from './format.js';
export {
  envKeyProvider,
  fileKeyProvider,
  keyringVariable,
  type KeyEncryptionKey,
  type KeyProvider,
} from './key-provider.js';
export { rewrapKey, unwrapKey, wrapKey, type WrappedKey } from './key-wrap.js';
export { RefusedFile, type RefusalReason } from './refused.js';
