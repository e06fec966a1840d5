import { Transform, type TransformCallback } from 'node:stream';
import { AppError, invalidInput } from '@definitivedx/errors';

const notText = (): AppError =>
  invalidInput('The file is not text in UTF-8. Save it as "CSV UTF-8" and send it again.');

const startsWith = (bytes: Buffer, ...mark: number[]): boolean => mark.every((byte, i) => bytes[i] === byte);

/**
 * Lets a text file pass as UTF-8 without its byte order mark, whether it comes so or as UTF-16 with one, and refuses what is
 * neither. Nothing is collected.
 */
export class CsvText extends Transform {
  private decoder: InstanceType<typeof TextDecoder> | undefined;
  private utf16 = false;
  private beginning = Buffer.alloc(0);
  private bytes = 0;

  constructor(private readonly maxBytes: number) {
    super();
  }

  override _transform(chunk: Buffer, _encoding: BufferEncoding, done: TransformCallback): void {
    try {
      this.bytes += chunk.length;
      if (this.bytes > this.maxBytes) throw tooLong(this.maxBytes);
      if (this.decoder) {
        this.pass(chunk);
      } else {
        this.beginning = Buffer.concat([this.beginning, chunk]);
        if (this.beginning.length >= 4) this.begin();
      }
      done();
    } catch (error) {
      done(error instanceof AppError ? error : notText());
    }
  }

  override _flush(done: TransformCallback): void {
    try {
      if (!this.decoder) this.begin();
      const rest = this.decoder?.decode() ?? '';
      if (this.utf16 && rest !== '') this.push(rest, 'utf8');
      done();
    } catch {
      done(notText());
    }
  }

  private begin(): void {
    const { beginning } = this;
    this.beginning = Buffer.alloc(0);
    const little = startsWith(beginning, 0xff, 0xfe);
    const big = startsWith(beginning, 0xfe, 0xff);
    this.utf16 = little || big;
    if (!this.utf16 && beginning.includes(0)) {
      throw invalidInput(
        'The file seems to be UTF-16 without a byte order mark, or no text at all. Save it as "CSV UTF-8" and send it again.',
      );
    }
    this.decoder = new TextDecoder(big ? 'utf-16be' : little ? 'utf-16le' : 'utf-8', { fatal: true });
    this.pass(startsWith(beginning, 0xef, 0xbb, 0xbf) ? beginning.subarray(3) : beginning);
  }

  private pass(chunk: Buffer): void {
    const text = this.decoder?.decode(chunk, { stream: true }) ?? '';
    if (text.includes('\u0000')) throw notText();
    // What was UTF-8 goes on as it is: decoding only proved that it is.
    if (!this.utf16) this.push(chunk);
    else if (text !== '') this.push(text, 'utf8');
  }
}

/** The same sentence whether a size is announced or found out. */
export const tooLong = (maxBytes: number): AppError =>
  new AppError(
    'payload-too-large',
    `The file is too large. Send at most ${String(Math.floor(maxBytes / 1_048_576))} MB at once.`,
  );
