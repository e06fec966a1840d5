import { typeNotAllowed } from '../domain/media-type.js';

// eslint-disable-next-line no-control-regex -- control characters are what this refuses
const notText = /[\u0000-\u0008\u000e-\u001a\u001c-\u001f]/;

/** Follows a text as it passes. @throws AppError `unsupported-media-type` where it stops being text in UTF-8. */
export class TextCheck {
  private readonly decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

  next(chunk: Buffer): string {
    return this.decode(chunk, true);
  }

  end(): void {
    this.decode(Buffer.alloc(0), false);
  }

  private decode(chunk: Buffer, stream: boolean): string {
    let text: string;
    try {
      text = this.decoder.decode(chunk, { stream });
    } catch {
      throw typeNotAllowed();
    }
    if (notText.test(text)) throw typeNotAllowed();
    return text;
  }
}
