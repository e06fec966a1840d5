import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { simpleParser } from 'mailparser';

/** A message as it is shown. */
export interface StoredMessage {
  readonly messageId: string | null;
  readonly from: string;
  /** The envelope's recipients: who it was really delivered to. */
  readonly to: readonly string[];
  readonly subject: string;
  readonly text: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly receivedAt: string;
}

export interface Envelope {
  readonly from: string;
  readonly to: readonly string[];
}

/** Removes what would end a header line: an address is written into one. */
const oneLine = (text: string): string => text.replace(/[\r\n]+/g, ' ');

/** Messages as `.eml` files in a folder, the newest `limit` of them. */
export class MailStore {
  readonly #messages: { readonly file: string; readonly message: StoredMessage }[] = [];
  #sequence = 0;

  constructor(
    private readonly folder: string,
    private readonly limit: number,
  ) {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
  }

  /** Reads what an earlier run received. */
  async load(): Promise<void> {
    for (const file of readdirSync(this.folder)
      .filter((name) => name.endsWith('.eml'))
      .sort()) {
      this.#keep(file, await this.#parse(file, readFileSync(join(this.folder, file))));
    }
  }

  /** Keeps a message; it is on disk when this resolves. */
  async add(raw: Buffer, envelope: Envelope): Promise<void> {
    this.#sequence += 1;
    const file = `${String(Date.now()).padStart(15, '0')}-${String(this.#sequence).padStart(6, '0')}.eml`;
    const delivery = `X-Envelope-From: ${oneLine(envelope.from)}\r\nX-Envelope-To: ${oneLine(envelope.to.join(', '))}\r\n`;
    const whole = Buffer.concat([Buffer.from(delivery), raw]);
    writeFileSync(join(this.folder, `${file}.new`), whole, { mode: 0o600 });
    renameSync(join(this.folder, `${file}.new`), join(this.folder, file));
    this.#keep(file, await this.#parse(file, whole));
  }

  /** Newest first; only those to one address, when given. */
  list(to?: string): StoredMessage[] {
    const wanted = to?.toLowerCase();
    const all = this.#messages.map(({ message }) => message).reverse();
    return wanted === undefined
      ? all
      : all.filter((m) => m.to.some((address) => address.toLowerCase() === wanted));
  }

  clear(): void {
    for (const { file } of this.#messages.splice(0)) rmSync(join(this.folder, file), { force: true });
  }

  async #parse(file: string, raw: Buffer): Promise<StoredMessage> {
    const mail = await simpleParser(raw, { skipTextToHtml: true, skipImageLinks: true });
    const headers: Record<string, string> = {};
    for (const { key, line } of mail.headerLines) headers[key] = line.slice(line.indexOf(':') + 1).trim();
    return {
      messageId: mail.messageId ?? null,
      from: mail.from?.text ?? headers['x-envelope-from'] ?? '',
      to: (headers['x-envelope-to'] ?? '').split(', ').filter(Boolean),
      subject: mail.subject ?? '',
      text: mail.text ?? '',
      headers,
      receivedAt: new Date(Number(file.split('-')[0])).toISOString(),
    };
  }

  #keep(file: string, message: StoredMessage): void {
    this.#messages.push({ file, message });
    while (this.#messages.length > this.limit) {
      const oldest = this.#messages.shift();
      if (oldest) rmSync(join(this.folder, oldest.file), { force: true });
    }
  }
}
