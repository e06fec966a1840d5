import { mkdirSync } from 'node:fs';
import { appendFile, rename, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { SpanKind, SpanStatusCode, type Attributes, type HrTime } from '@opentelemetry/api';
import { ExportResultCode } from '@opentelemetry/core';
import type { ReadableSpan, SpanExporter } from '@opentelemetry/sdk-trace';

/** One line of `<TRACE_DIR>/<service>.jsonl`. Times are milliseconds, `startMs` since the epoch. */
export interface SpanLine {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly name: string;
  readonly kind: string;
  readonly service: string;
  readonly startMs: number;
  readonly durationMs: number;
  readonly status: 'unset' | 'ok' | 'error';
  readonly attributes: Attributes;
  readonly links: readonly { readonly traceId: string; readonly spanId: string }[];
}

const MAX_BYTES = 20_000_000;
const kinds: Readonly<Record<SpanKind, string>> = {
  [SpanKind.INTERNAL]: 'internal',
  [SpanKind.SERVER]: 'server',
  [SpanKind.CLIENT]: 'client',
  [SpanKind.PRODUCER]: 'producer',
  [SpanKind.CONSUMER]: 'consumer',
};
const statuses: Readonly<Record<SpanStatusCode, SpanLine['status']>> = {
  [SpanStatusCode.UNSET]: 'unset',
  [SpanStatusCode.OK]: 'ok',
  [SpanStatusCode.ERROR]: 'error',
};

/** Appends spans to a file of bounded size: past `maxBytes` it becomes `.1`, replacing the older one. */
export class FileExporter implements SpanExporter {
  readonly #file: string;
  /** Batches are written one after the other, so that a rotation never splits one. */
  #last: Promise<void> = Promise.resolve();

  constructor(
    folder: string,
    private readonly service: string,
    private readonly maxBytes = MAX_BYTES,
  ) {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    this.#file = join(folder, `${service}.jsonl`);
  }

  export(spans: ReadableSpan[], done: Parameters<SpanExporter['export']>[1]): void {
    const lines = spans.map((span) => `${JSON.stringify(lineOf(span, this.service))}\n`).join('');
    // A full disk costs traces, never requests.
    this.#last = this.#last
      .then(() => this.#append(lines))
      .then(
        () => done({ code: ExportResultCode.SUCCESS }),
        (error: unknown) =>
          done({ code: ExportResultCode.FAILED, ...(error instanceof Error ? { error } : {}) }),
      );
  }

  forceFlush(): Promise<void> {
    return this.#last;
  }

  shutdown(): Promise<void> {
    return this.#last;
  }

  async #append(lines: string): Promise<void> {
    // Asked each time, because another replica may write to the same file or have rotated it.
    const size = await stat(this.#file).then(
      (found) => found.size,
      () => 0,
    );
    if (size > 0 && size + Buffer.byteLength(lines) > this.maxBytes)
      await rename(this.#file, `${this.#file}.1`);
    await appendFile(this.#file, lines, { mode: 0o600 });
  }
}

const millis = ([seconds, nanos]: HrTime): number => Math.round(seconds * 1e6 + nanos / 1e3) / 1e3;

function lineOf(span: ReadableSpan, service: string): SpanLine {
  const { traceId, spanId } = span.spanContext();
  return {
    traceId,
    spanId,
    ...(span.parentSpanContext ? { parentSpanId: span.parentSpanContext.spanId } : {}),
    name: span.name,
    kind: kinds[span.kind],
    service,
    startMs: millis(span.startTime),
    durationMs: millis(span.duration),
    status: statuses[span.status.code],
    attributes: span.attributes,
    links: span.links.map(({ context }) => ({ traceId: context.traceId, spanId: context.spanId })),
  };
}
