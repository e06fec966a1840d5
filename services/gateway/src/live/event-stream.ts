import { once } from 'node:events';
import type { Writable } from 'node:stream';
import { toAppError, type ErrorCode } from '@definitivedx/errors';
import type { ReplyOf, streamEntries } from '@definitivedx/contracts';

type Page = ReplyOf<typeof streamEntries>;

const heartbeatMs = 15_000;
/** How soon a browser comes back after the connection broke, in milliseconds. */
const reconnectMs = 3_000;

/** Refusals after which the connection has no right to exist; anything else is tried again. */
const final: ReadonlySet<ErrorCode> = new Set<ErrorCode>(['not-signed-in', 'forbidden', 'consent-required']);

export interface EventStreamOptions {
  /** Sequence number the client has; entries after it are sent. */
  readonly position: number;
  /** Entries after a position, for whoever the connection's credential stands for now. */
  readonly fetch: (after: number) => Promise<Page>;
  /** How long a client may leave data unread, in milliseconds, before it is let go. */
  readonly patienceMs: number;
}

/** One client's server-sent events: ids only, in order, from where the client left off. */
export class EventStream {
  private position: number;
  private pumping = false;
  private again = false;
  private readonly heartbeat: NodeJS.Timeout;

  constructor(
    private readonly out: Writable,
    private readonly options: EventStreamOptions,
  ) {
    this.position = options.position;
    this.heartbeat = setInterval(() => {
      if (!out.writableNeedDrain) out.write(': still here\n\n');
    }, heartbeatMs).unref();
    out.once('close', () => clearInterval(this.heartbeat));
    // A client that went away is not an error of ours; `close` follows.
    out.on('error', () => undefined);
    // An id without data is remembered by the client, so that it resumes here even if nothing was sent.
    out.write(`retry: ${String(reconnectMs)}\n: connected\nid: ${String(this.position)}\n\n`);
  }

  /** Something may be there: fetch and send it. Calls during a fetch lead to one more fetch. */
  wake(): void {
    this.again = true;
    if (!this.pumping) void this.pump();
  }

  /** Ends the connection; the client comes back by itself, and is refused if it has no right any more. */
  close(): void {
    clearInterval(this.heartbeat);
    if (!this.out.writableEnded) this.out.end();
  }

  private async pump(): Promise<void> {
    this.pumping = true;
    try {
      while (this.again && this.out.writable) {
        this.again = false;
        if (await this.sendPage()) this.again = true;
      }
    } catch (error) {
      // The safety poll tries again, unless trying again cannot help.
      if (final.has(toAppError(error).code)) this.close();
    } finally {
      this.pumping = false;
    }
  }

  /** @returns true when there was something, so that there may be more. */
  private async sendPage(): Promise<boolean> {
    const { entries, latest } = await this.options.fetch(this.position);
    // After a restore from a backup the client may be ahead of the truth.
    if (latest < this.position) this.position = latest;
    for (const { sequence, kind, caseId, at } of entries) {
      this.out.write(`id: ${String(sequence)}\nevent: ${kind}\ndata: ${JSON.stringify({ caseId, at })}\n\n`);
      this.position = sequence;
    }
    if (this.out.writableNeedDrain) await this.drained();
    return entries.length > 0;
  }

  /** Waits for a slow reader, but not for ever: what it does not read is held in our memory. */
  private async drained(): Promise<void> {
    try {
      await once(this.out, 'drain', { signal: AbortSignal.timeout(this.options.patienceMs) });
    } catch {
      this.out.destroy();
    }
  }
}
