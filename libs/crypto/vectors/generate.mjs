// `npm run vectors -w @definitivedx/crypto`: writes vectors.json anew, always the same. What looks random in it is SHA-256 of a
// label; only this program chooses salts and nonces.
import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { encrypt, fileOf, segment, wrap } from './reference.mjs';

const fixed = (label) => createHash('sha256').update(`definitivedx vector ${label}`).digest();
const hex = (bytes) => bytes.toString('hex');
const plaintextOf = (length) => Buffer.from(Uint8Array.from({ length }, (_, index) => index % 251));

const keys = { a: fixed('key a'), b: fixed('key b') };
const contexts = {
  a: { fileId: '0198c1d2-7a3b-7c4d-8e5f-0123456789ab', caseId: '0198c1d2-7a3b-7c4d-8e5f-0123456789ac' },
  otherFile: {
    fileId: '0198c1d2-7a3b-7c4d-8e5f-0123456789ad',
    caseId: '0198c1d2-7a3b-7c4d-8e5f-0123456789ac',
  },
  otherCase: {
    fileId: '0198c1d2-7a3b-7c4d-8e5f-0123456789ab',
    caseId: '0198c1d2-7a3b-7c4d-8e5f-0123456789ae',
  },
  swapped: { fileId: '0198c1d2-7a3b-7c4d-8e5f-0123456789ac', caseId: '0198c1d2-7a3b-7c4d-8e5f-0123456789ab' },
};
const shown = 128;

const files = {};
const good = [];
function add(name, plaintextLength, { key = 'a', context = 'a', salt = name } = {}) {
  const options = { key: keys[key], context: contexts[context], salt: fixed(`salt ${salt}`) };
  const bytes = encrypt(options, plaintextOf(plaintextLength));
  files[name] = bytes;
  good.push({
    name,
    key,
    context,
    salt: hex(options.salt),
    plaintextLength,
    ciphertextLength: bytes.length,
    ciphertextSha256: hex(createHash('sha256').update(bytes).digest()),
    ...(bytes.length <= shown ? { ciphertext: hex(bytes) } : {}),
  });
}
add('empty', 0);
add('five bytes', 5);
add('segment less one', segment - 1);
add('segment', segment);
add('segment and one', segment + 1);
add('two segments', 2 * segment);
add('two segments and one', 2 * segment + 1);
add('three segments', 2 * segment + 1_000);
add('other file, same key', 2 * segment + 1_000, { context: 'otherFile' });
add('other salt, same key and file', 2 * segment + 1_000);
add('other key, same file and salt', 2 * segment + 1_000, { key: 'b', salt: 'three segments' });

const bad = [];
/** `released` is how many bytes of plaintext, all from verified segments, may have come out before the refusal. */
const refuse = (name, reason, parts, { key = 'a', context = 'a', released = 0 } = {}) =>
  bad.push({ name, key, context, reason, released, parts: parts.filter((part) => part.hex !== '') });
const part = (file, from = 0, to = files[file].length) => ({ file, from, to });
const literal = (bytes) => ({ hex: hex(bytes) });

const headerLength = 69;
const sealed = segment + 16;
const header = (file) => part(file, 0, headerLength);
const nth = (file, index) =>
  part(
    file,
    headerLength + index * sealed,
    Math.min(files[file].length, headerLength + (index + 1) * sealed),
  );

const small = files['five bytes'];
for (let at = 0; at < small.length; at += 1) {
  const flipped = literal(Buffer.from([small[at] ^ (1 << (at % 8))]));
  const parts = [part('five bytes', 0, at), flipped, part('five bytes', at + 1)];
  refuse(`byte ${at} changed`, at < 5 ? 'header' : at < headerLength ? 'key' : 'segment', parts);
}
for (let length = 0; length < small.length; length += 1) {
  refuse(`cut to ${length} bytes`, length < headerLength + 16 ? 'length' : 'segment', [
    part('five bytes', 0, length),
  ]);
}
refuse('one byte appended', 'segment', [part('five bytes'), literal(Buffer.from([0]))]);
refuse('its last segment twice', 'segment', [part('five bytes'), nth('five bytes', 0)]);
refuse('another file appended', 'segment', [part('five bytes'), part('empty')]);
refuse('one byte appended to a full last segment', 'length', [part('segment'), literal(Buffer.from([0]))]);
refuse('a tag of zeros appended to a full last segment', 'length', [
  part('segment'),
  literal(Buffer.alloc(16)),
]);

const three = 'three segments';
const s = (index) => nth(three, index);
const H = header(three);
refuse('first segment dropped', 'segment', [H, s(1), s(2)]);
refuse('middle segment dropped', 'segment', [H, s(0), s(2)], { released: segment });
refuse('last segment dropped', 'length', [H, s(0), s(1)], { released: 2 * segment });
refuse('only the header left', 'length', [H]);
refuse('segments swapped', 'segment', [H, s(1), s(0), s(2)]);
refuse('first segment twice', 'segment', [H, s(0), s(0), s(1), s(2)], { released: segment });
refuse('last segment twice', 'segment', [H, s(0), s(1), s(2), s(2)], { released: 2 * segment });
refuse('last segment first', 'segment', [H, s(2), s(0), s(1)]);
refuse('cut inside the last tag', 'segment', [part(three, 0, files[three].length - 1)], {
  released: 2 * segment,
});
refuse('cut inside the middle segment', 'segment', [part(three, 0, headerLength + sealed + 5_000)], {
  released: segment,
});
refuse('cut one byte before the end of a segment', 'segment', [part(three, 0, headerLength + sealed - 1)]);
refuse('cut fewer than 16 bytes into a segment', 'length', [part(three, 0, headerLength + sealed + 15)], {
  released: segment,
});
refuse('one byte missing inside the first segment', 'segment', [part(three, 0, 500), part(three, 501)]);
refuse('one byte put into the first segment', 'segment', [
  part(three, 0, 500),
  { hex: '00' },
  part(three, 500),
]);
for (const other of [
  'other file, same key',
  'other salt, same key and file',
  'other key, same file and salt',
]) {
  for (const [index, released] of [0, segment, 2 * segment].entries()) {
    const parts = [0, 1, 2].map((at) => (at === index ? nth(other, at) : s(at)));
    refuse(`segment ${index} of: ${other}`, 'segment', [H, ...parts], { released });
  }
}
refuse('header of: other salt, same key and file', 'segment', [
  header('other salt, same key and file'),
  s(0),
  s(1),
  s(2),
]);
refuse('header of: other file, same key', 'key', [header('other file, same key'), s(0), s(1), s(2)]);

for (const context of ['otherFile', 'otherCase', 'swapped']) {
  refuse(`opened as: ${context}`, 'key', [part('five bytes')], { context });
}
refuse('wrong key', 'key', [part('five bytes')], { key: 'b' });

// What only somebody with the key, or a faulty writer, could have made.
const own = (salt, version) =>
  fileOf({ key: keys.a, context: contexts.a, salt: fixed(`salt ${salt}`), version });
const five = own('five bytes');
const foreign = fileOf({ key: keys.b, context: contexts.a, salt: fixed('salt five bytes') });
const mixed = Buffer.concat([five.header.subarray(0, 37), foreign.commitment]);
const mixedSegment = five.seal(0, true, plaintextOf(5), mixed);
refuse('commitment to another key, opened with the key of the segments', 'key', [
  literal(mixed),
  literal(mixedSegment),
]);
refuse(
  'commitment to another key, opened with that other key',
  'segment',
  [literal(mixed), literal(mixedSegment)],
  {
    key: 'b',
  },
);
const next = own('five bytes', 2);
refuse('version 2', 'header', [literal(next.header), literal(next.seal(0, true, plaintextOf(5)))]);
refuse('only segment not marked last', 'segment', [
  literal(five.header),
  literal(five.seal(0, false, plaintextOf(5))),
]);
refuse('counter begins at 1', 'segment', [literal(five.header), literal(five.seal(1, true, plaintextOf(5)))]);
const whole = own('segment');
refuse('a segment after the last', 'length', [
  part('segment'),
  literal(whole.seal(1, true, Buffer.from([1]))),
]);
const many = own(three);
refuse('an empty last segment', 'length', [H, s(0), literal(many.seal(1, true, Buffer.alloc(0)))], {
  released: segment,
});
refuse('a short segment before the last', 'segment', [
  literal(five.header),
  literal(five.seal(0, false, plaintextOf(5))),
  literal(five.seal(1, true, plaintextOf(5))),
]);

const keyIds = { first: fixed('kek first'), second: fixed('kek second') };
const wrapOptions = {
  kek: keyIds.first,
  keyId: 'first',
  context: contexts.a,
  nonce: fixed('nonce').subarray(0, 12),
};
const wrapped = wrap(wrapOptions, keys.a);
const badWraps = [];
const refuseWrap = (name, bytes, { keyId = 'first', context = 'a' } = {}) =>
  badWraps.push({ name, keyId, context, bytes: hex(bytes) });
for (let at = 0; at < wrapped.length; at += 1) {
  const changed = Buffer.from(wrapped);
  changed[at] ^= 1 << (at % 8);
  refuseWrap(`byte ${at} changed`, changed);
}
refuseWrap('empty', Buffer.alloc(0));
refuseWrap('cut', wrapped.subarray(0, -1));
refuseWrap('one byte appended', Buffer.concat([wrapped, Buffer.from([0])]));
for (const context of ['otherFile', 'otherCase', 'swapped'])
  refuseWrap(`moved to: ${context}`, wrapped, { context });
refuseWrap('said to be under another key', wrapped, { keyId: 'second' });
refuseWrap(
  'under the bytes of one key, named as another',
  wrap({ ...wrapOptions, kek: keyIds.second }, keys.a),
);

const vectors = {
  format: 'FORMAT.md, version 1',
  plaintext: 'byte i of every plaintext is i mod 251',
  keys: Object.fromEntries(Object.entries(keys).map(([name, bytes]) => [name, hex(bytes)])),
  contexts,
  good,
  bad,
  wrapping: {
    keyring: Object.fromEntries(Object.entries(keyIds).map(([name, bytes]) => [name, hex(bytes)])),
    good: { keyId: 'first', context: 'a', dataKey: 'a', nonce: hex(wrapOptions.nonce), bytes: hex(wrapped) },
    bad: badWraps,
  },
};
const oneLineEach = (rows) => rows.map((row) => `\n    ${JSON.stringify(row)}`).join(',');
const text = JSON.stringify(
  { ...vectors, good: '@good', bad: '@bad', wrapping: { ...vectors.wrapping, bad: '@wraps' } },
  null,
  2,
)
  .replace('"@good"', () => `[${oneLineEach(good)}\n  ]`)
  .replace('"@bad"', () => `[${oneLineEach(bad)}\n  ]`)
  .replace('"@wraps"', () => `[${oneLineEach(badWraps)}\n  ]`);
writeFileSync(new URL('vectors.json', import.meta.url), `${text}\n`);
