// Measures the cipher in a process of its own, so that nothing else is collected meanwhile: `program.js <rounds>`.
// Writes one line of JSON: GB per second, by what was done, round by round.
import { execFileSync } from 'node:child_process';
import { randomBytes, randomUUID } from 'node:crypto';
import { Readable, Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { decryptRange, encryptStream, newDataKey, segmentLength } from '@definitivedx/crypto';

const size = 1024 * segmentLength;
/** Small enough to stay in the processor's cache, as what has just come from a socket or a disk is, and as openssl's block is. */
const fileSize = 4 * segmentLength;
/** As pieces come from a socket or a file, and as large as a segment. */
const pieces = [65_536, segmentLength];

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

/** GB per second on the clock, and per second of processor time of all threads, the garbage collector's included. */
interface Rate {
  readonly clock: number;
  readonly processor: number;
}

const rounds: Record<string, Rate>[] = [];
for (const piece of pieces) {
  await encrypt(piece);
  await decrypt(piece);
}
for (let i = 0; i < Number(process.argv[2] ?? 5); i += 1) {
  const round: Record<string, Rate> = {
    'encrypt, openssl': openssl([]),
    'decrypt, openssl': openssl(['-decrypt']),
  };
  for (const piece of pieces) {
    round[`encrypt, pieces of ${String(piece / 1024)} KiB`] = await timed(() => encrypt(piece));
    round[`decrypt, pieces of ${String(piece / 1024)} KiB`] = await timed(() => decrypt(piece));
  }
  rounds.push(round);
}
process.stdout.write(`${JSON.stringify(rounds)}\n`);

async function encryptedOf(content: Buffer): Promise<Buffer> {
  const parts: Buffer[] = [];
  const collect = new Writable({
    write(part: Buffer, _encoding, done) {
      parts.push(part);
      done();
    },
  });
  await pipeline(repeated(content, segmentLength, content.length), encryptStream(key, context), collect);
  return Buffer.concat(parts);
}

async function timed(work: () => Promise<void>): Promise<Rate> {
  const [before, startedAt] = [process.cpuUsage(), performance.now()];
  await work();
  const [{ user, system }, ms] = [process.cpuUsage(before), performance.now() - startedAt];
  return { clock: size / ms / 1e6, processor: size / (user + system) / 1e3 };
}

/** Openssl on blocks of a segment's size, on one core, as it measures itself. */
function openssl(more: readonly string[]): Rate {
  const measured = (how: readonly string[]): number => {
    const block = String(segmentLength);
    const output = execFileSync(
      'openssl',
      ['speed', ...more, ...how, '-seconds', '1', '-evp', 'aes-256-gcm', '-bytes', block],
      { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] },
    );
    const thousands = /([\d.]+)k\s*$/.exec(output)?.[1];
    if (thousands === undefined) throw new Error('openssl speed said nothing that could be read');
    return Number(thousands) / 1e6;
  };
  return { clock: measured(['-elapsed']), processor: measured([]) };
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

function nowhere(): Writable {
  return new Writable({
    highWaterMark: segmentLength,
    write(_part, _encoding, done) {
      done();
    },
  });
}
