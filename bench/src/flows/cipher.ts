import { execFileSync } from 'node:child_process';
import { randomBytes, randomUUID } from 'node:crypto';
import { Readable, Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { ciphertextSize, decryptRange, encryptStream, newDataKey, segmentLength } from '@definitivedx/crypto';
import { spreadOf } from '../compare.js';
import type { Section } from '../section.js';
import type { Stage } from '../stage.js';
import type { Options } from './requests.js';

const megabyte = 1_048_576;
const size = 256 * megabyte;
const fileSize = 32 * megabyte;
/** As pieces come from a socket or a file, and as large as a segment. */
const pieces = [65_536, segmentLength];

/** Encrypting and decrypting a stream, against what openssl itself does on one core with blocks of a segment's size. */
export async function cipherFlow(
  _stage: Stage,
  options: Options,
  note: (line: string) => void,
): Promise<Section> {
  const context = { fileId: randomUUID(), caseId: randomUUID() };
  const key = newDataKey();
  const plain = randomBytes(fileSize);
  const encrypted = await encryptedOf(plain);
  const encrypt = (piece: number): Promise<void> =>
    pipeline(repeated(plain, piece, size), encryptStream(key, context), nowhere());
  const decrypt = async (piece: number): Promise<void> => {
    const source = (offset: number, length: number): Readable =>
      repeated(encrypted.subarray(offset, offset + length), piece, length);
    const whole = { plaintextSize: fileSize, start: 0, end: fileSize };
    for (let done = 0; done < size; done += fileSize)
      await pipeline(await decryptRange(key, context, source, whole), nowhere());
  };

  const rounds: Record<string, number[]> = {};
  const take = (name: string, ours: number, floor: number): void => {
    (rounds[name] ??= []).push(ours / floor);
  };
  const rates: Record<string, number[]> = {};
  const rate = (name: string, value: number): number => {
    (rates[name] ??= []).push(value);
    return value;
  };
  for (let i = 0; i < options.rounds; i += 1) {
    const [sealing, opening] = [
      rate('openssl encrypt', openssl([])),
      rate('openssl decrypt', openssl(['-decrypt'])),
    ];
    for (const piece of pieces) {
      const name = `in pieces of ${String(piece / 1024)} KiB`;
      take(`encrypt ${name}`, rate(`encrypt ${name}`, await timed(() => encrypt(piece))), sealing);
      take(`decrypt ${name}`, rate(`decrypt ${name}`, await timed(() => decrypt(piece))), opening);
    }
    note(`  cipher round ${String(i + 1)}: openssl ${sealing.toFixed(2)} and ${opening.toFixed(2)} GB/s`);
  }
  const inWords = (values: readonly number[]): string => {
    const { median, low, high } = spreadOf(values);
    return `${median.toFixed(2)} (${low.toFixed(2)}–${high.toFixed(2)})`;
  };
  return {
    title: 'Encrypting and decrypting files',
    about:
      `${String(size / megabyte)} MiB through the streams that uploads and downloads go through, against ` +
      `\`openssl speed -evp aes-256-gcm -bytes ${String(segmentLength)}\`; GB per second of processor time, so that what else the machine does matters little.`,
    head: ['', 'GB/s', 'of openssl'],
    rows: Object.entries(rates).map(([name, values]) => [
      name,
      spreadOf(values).median.toFixed(2),
      rounds[name] ? `**${inWords(rounds[name])}**` : '',
    ]),
  };

  async function encryptedOf(content: Buffer): Promise<Buffer> {
    const parts: Buffer[] = [];
    const collect = new Writable({
      write(part: Buffer, _encoding, done) {
        parts.push(part);
        done();
      },
    });
    await pipeline(repeated(content, megabyte, content.length), encryptStream(key, context), collect);
    const whole = Buffer.concat(parts);
    if (whole.length !== ciphertextSize(content.length)) throw new Error('an encrypted file of another size');
    return whole;
  }
}

/** GB per second of processor time, the system's and the garbage collector's included, of `size` bytes. */
async function timed(work: () => Promise<void>): Promise<number> {
  const before = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(before);
  return size / (user + system) / 1e3;
}

/** GB per second of processor time of openssl on blocks of a segment's size, as it measures itself. */
function openssl(more: readonly string[]): number {
  const args = ['speed', ...more, '-seconds', '1', '-evp', 'aes-256-gcm', '-bytes', String(segmentLength)];
  const output = execFileSync('openssl', args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
  const thousands = /([\d.]+)k\s*$/.exec(output)?.[1];
  if (thousands === undefined) throw new Error('openssl speed said nothing that could be read');
  return Number(thousands) / 1e6;
}

/** `total` bytes of the same content over and over, in pieces. */
function repeated(content: Buffer, piece: number, total: number): Readable {
  let at = 0;
  return new Readable({
    highWaterMark: piece,
    read() {
      if (at >= total) {
        this.push(null);
        return;
      }
      const from = at % content.length;
      const part = content.subarray(from, from + Math.min(piece, total - at));
      at += part.length;
      this.push(part);
    },
  });
}

const nowhere = (): Writable =>
  new Writable({
    highWaterMark: megabyte,
    write(_part, _encoding, done) {
      done();
    },
  });
