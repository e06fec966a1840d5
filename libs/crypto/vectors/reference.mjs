// FORMAT.md once more, as plainly as it can be written: whole buffers, no streams, nothing shared with src/. The vectors are
// made with this, so that code and vectors agree only if both agree with the text.
import { createCipheriv, createHmac, randomBytes } from 'node:crypto';

export const segment = 1_048_576;

const hmac = (key, ...parts) => createHmac('sha256', key).update(Buffer.concat(parts)).digest();

/** RFC 5869 with SHA-256. */
export function hkdf(secret, salt, info, length) {
  const pseudoRandomKey = hmac(salt, secret);
  let block = Buffer.alloc(0);
  let output = Buffer.alloc(0);
  for (let counter = 1; output.length < length; counter += 1) {
    block = hmac(pseudoRandomKey, block, info, Buffer.from([counter]));
    output = Buffer.concat([output, block]);
  }
  return output.subarray(0, length);
}

function gcm(key, nonce, associatedData, plaintext) {
  const cipher = createCipheriv('aes-256-gcm', key, nonce);
  cipher.setAAD(associatedData);
  return Buffer.concat([cipher.update(plaintext), cipher.final(), cipher.getAuthTag()]);
}

const uuid = (text) => Buffer.from(text.replaceAll('-', ''), 'hex');
const ids = ({ fileId, caseId }) => Buffer.concat([uuid(fileId), uuid(caseId)]);

/** Everything of one file: its header and a function that seals a segment anywhere, rightly or wrongly. */
export function fileOf({ key, context, salt = randomBytes(32), version = 1 }) {
  const info = (purpose) => Buffer.concat([Buffer.from(`definitivedx/file/v1/${purpose}`), ids(context)]);
  const commitment = hkdf(key, salt, info('commitment'), 32);
  const material = hkdf(key, salt, info('segments'), 39);
  const header = Buffer.concat([Buffer.from('DDXF'), Buffer.from([version]), salt, commitment]);
  const seal = (index, last, plaintext, ownHeader = header) => {
    const place = Buffer.alloc(5);
    place.writeUInt32BE(index);
    place[4] = last ? 1 : 0;
    const nonce = Buffer.concat([material.subarray(32), place]);
    return gcm(material.subarray(0, 32), nonce, Buffer.concat([ownHeader, ids(context)]), plaintext);
  };
  return { header, commitment, seal };
}

/** The encrypted file. */
export function encrypt(options, plaintext) {
  const { header, seal } = fileOf(options);
  const parts = [header];
  const count = Math.max(1, Math.ceil(plaintext.length / segment));
  for (let index = 0; index < count; index += 1) {
    parts.push(seal(index, index === count - 1, plaintext.subarray(index * segment, (index + 1) * segment)));
  }
  return Buffer.concat(parts);
}

/** The wrapped data key. */
export function wrap({ kek, keyId, context, nonce }, dataKey) {
  const magic = Buffer.from('DDXK\u0001', 'latin1');
  return Buffer.concat([
    magic,
    nonce,
    gcm(kek, nonce, Buffer.concat([magic, ids(context), Buffer.from(keyId)]), dataKey),
  ]);
}
