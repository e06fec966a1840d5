import { setTimeout as sleep } from 'node:timers/promises';
import { NotAsExpected } from './failure.js';
import { describe, isTemporary, readAnswer, whyUnreachable, type Session } from './session.js';

/** One server-sent event about a case. */
export interface CaseEvent {
  readonly kind: string;
  readonly caseId: string;
}

const reconnectMs = 300;

/** A person's server-sent events from the moment it was opened; comes back by itself, where it left off. */
export class Events {
  private readonly received: CaseEvent[] = [];
  private readonly waiting = new Set<() => void>();
  private readonly closing = new AbortController();
  private lastId: string | undefined;
  private failure: Error | undefined;

  private constructor(private readonly session: Session) {}

  /** Opens the stream and waits until it is connected, for `within` milliseconds at most. */
  static async open(session: Session, within = 60_000): Promise<Events> {
    const events = new Events(session);
    void events.run();
    await events.until(
      () => (events.lastId === undefined ? undefined : true),
      'the event stream to open',
      within,
    );
    return events;
  }

  /** Waits for an event of a kind about a case; one that has come already counts. */
  async expect(kind: string, caseId: string, within = 60_000): Promise<CaseEvent> {
    const find = (): CaseEvent | undefined =>
      this.received.find((event) => event.kind === kind && event.caseId === caseId);
    return this.until(find, `a server-sent event ${kind} about the case`, within);
  }

  close(): void {
    this.closing.abort();
  }

  private async until<T>(find: () => T | undefined, what: string, within: number): Promise<T> {
    const deadline = Date.now() + within;
    for (;;) {
      const found = find();
      if (found !== undefined) return found;
      if (this.failure) throw this.failure;
      const left = deadline - Date.now();
      if (left <= 0) throw new NotAsExpected(`${what} within ${String(within / 1000)} s`, 'none');
      await this.something(left);
    }
  }

  /** Waits until something has changed, or `ms` milliseconds. */
  private async something(ms: number): Promise<void> {
    await new Promise<void>((resolve) => {
      const done = (): void => {
        clearTimeout(timer);
        this.waiting.delete(done);
        resolve();
      };
      const timer = setTimeout(done, ms);
      this.waiting.add(done);
    });
  }

  private changed(): void {
    for (const done of [...this.waiting]) done();
  }

  private async run(): Promise<void> {
    while (!this.closing.signal.aborted) {
      try {
        await this.connect();
      } catch (error) {
        if (error instanceof NotAsExpected) {
          this.failure = error;
          this.changed();
          return;
        }
        // The connection was lost, or there is none yet: as a browser would, it is tried again.
      }
      await sleep(reconnectMs);
    }
  }

  private async connect(): Promise<void> {
    const response = await this.session.ask('/api/v1/events', {
      signal: this.closing.signal,
      headers: {
        accept: 'text/event-stream',
        ...(this.lastId === undefined ? {} : { 'last-event-id': this.lastId }),
      },
    });
    if (response.status !== 200) {
      const answer = await readAnswer(response);
      if (isTemporary(answer)) throw new Error(whyUnreachable(answer.status));
      throw new NotAsExpected('the event stream to open', describe(answer), answer.traceId);
    }
    if (!response.body) return;
    let rest = '';
    for await (const chunk of response.body.pipeThrough(new TextDecoderStream())) {
      const blocks = (rest + chunk).split('\n\n');
      rest = blocks.pop() ?? '';
      for (const block of blocks) this.take(block);
    }
  }

  private take(block: string): void {
    const fields = new Map<string, string>();
    for (const line of block.split('\n')) {
      const at = line.indexOf(': ');
      if (at > 0) fields.set(line.slice(0, at), line.slice(at + 2));
    }
    const [id, kind, data] = [fields.get('id'), fields.get('event'), fields.get('data')];
    if (kind !== undefined && data !== undefined) {
      const { caseId } = JSON.parse(data) as { caseId: string };
      this.received.push({ kind, caseId });
    }
    if (id !== undefined) this.lastId = id;
    this.changed();
  }
}
