import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { context, metrics, ROOT_CONTEXT, SpanKind, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import {
  BatchSpanProcessor,
  InMemorySpanExporter,
  SimpleSpanProcessor,
  TracerProvider,
} from '@opentelemetry/sdk-trace';
import { AppError } from '@definitivedx/errors';
import { FileExporter, type SpanLine } from './file-exporter.js';
import { counter } from './metrics.js';
import { RedactingExporter } from './redact.js';
import { contextFrom, currentTraceId, currentTraceparent, errorType, inSpan } from './index.js';

const memory = new InMemorySpanExporter();

beforeAll(() => {
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  trace.setGlobalTracerProvider(
    new TracerProvider({
      spanProcessors: [new SimpleSpanProcessor({ exporter: new RedactingExporter(memory) })],
    }),
  );
});
afterAll(() => {
  trace.disable();
  context.disable();
  metrics.disable();
});

const last = () => memory.getFinishedSpans().at(-1);

describe('inSpan', () => {
  it('is current for what it runs, and only there', async () => {
    const seen = await inSpan('share', { kind: SpanKind.SERVER }, async (span) => {
      await Promise.resolve();
      expect(currentTraceparent()).toBe(`00-${span.spanContext().traceId}-${span.spanContext().spanId}-01`);
      return currentTraceId();
    });
    expect(last()).toMatchObject({ name: 'share', kind: SpanKind.SERVER, status: { code: 0 } });
    expect(last()?.spanContext().traceId).toBe(seen);
    expect(currentTraceId()).toBeUndefined();
    expect(currentTraceparent()).toBeUndefined();
  });

  it('is a child of the parent it is given', async () => {
    const traceId = '0af7651916cd43dd8448eb211c80319c';
    await inSpan('outer', {}, () =>
      inSpan('consume', { parent: contextFrom(`00-${traceId}-b7ad6b7169203331-01`) }, () => undefined),
    );
    const consumed = memory.getFinishedSpans().find((span) => span.name === 'consume');
    expect(consumed?.spanContext().traceId).toBe(traceId);
    expect(consumed?.parentSpanContext?.spanId).toBe('b7ad6b7169203331');
  });

  it.each<[unknown, string]>([
    [new AppError('conflict', 'PLANTED'), 'conflict'],
    [Object.assign(new Error('PLANTED'), { code: '23505' }), '23505'],
    [new TypeError('PLANTED'), 'TypeError'],
    [Object.assign(new Error('x'), { name: 'PLANTED text' }), 'Error'],
    ['PLANTED', 'unknown'],
  ])('marks a failure by its code and passes it on: %#', async (thrown, code) => {
    const failing = inSpan('fails', {}, () => {
      throw thrown;
    });
    await expect(failing).rejects.toBe(thrown);
    expect(errorType(thrown)).toBe(code);
    expect(last()?.attributes).toEqual({ 'error.type': code });
    expect(last()?.status).toEqual({ code: 2 });
    expect(last()?.ended).toBe(true);
  });
});

describe('the file of spans', () => {
  const write = async (folder: string, count: number, maxBytes?: number) => {
    const processor = new BatchSpanProcessor({
      exporter: new RedactingExporter(new FileExporter(folder, 'cases', maxBytes)),
      maxExportBatchSize: 10,
    });
    const tracer = new TracerProvider({ spanProcessors: [processor] }).getTracer('test');
    for (let at = 0; at < count; at++) {
      const parent = tracer.startSpan('parent', { kind: SpanKind.PRODUCER }, ROOT_CONTEXT);
      tracer
        .startSpan(
          'child',
          { attributes: { 'ddx.at': at, note: 'PLANTED' } },
          trace.setSpan(ROOT_CONTEXT, parent),
        )
        .end();
      parent.end();
      if (at % 5 === 4) await processor.forceFlush();
    }
    await processor.shutdown();
  };
  const read = async (path: string) =>
    (await readFile(path, 'utf8')).trimEnd().split('\n').map((line) => JSON.parse(line) as SpanLine); // prettier-ignore

  it('has one line per span', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'spans-'));
    await write(join(folder, 'made'), 1);
    const [child, parent] = await read(join(folder, 'made', 'cases.jsonl'));
    expect(parent).toEqual({
      traceId: expect.stringMatching(/^[0-9a-f]{32}$/), spanId: expect.any(String), name: 'parent', kind: 'producer',
      service: 'cases', startMs: expect.any(Number), durationMs: expect.any(Number), status: 'unset', attributes: {}, links: [],
    }); // prettier-ignore
    expect(child).toMatchObject({ parentSpanId: parent?.spanId, attributes: { 'ddx.at': 0 } });
    expect(Math.abs((parent?.startMs ?? 0) - Date.now())).toBeLessThan(60_000);
    await rm(folder, { recursive: true });
  });

  it('stays within its bound by setting one older file aside', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'spans-'));
    await write(folder, 100, 10_000);
    expect((await readdir(folder)).sort()).toEqual(['cases.jsonl', 'cases.jsonl.1']);
    for (const name of await readdir(folder)) {
      expect((await readFile(join(folder, name))).length).toBeLessThanOrEqual(10_000);
    }
    const newest = (await read(join(folder, 'cases.jsonl'))).find((line) => line.attributes['ddx.at'] === 99);
    expect(newest).toBeDefined();
    await rm(folder, { recursive: true });
  });
});

describe('a counter', () => {
  it('drops labels that are not ids, codes or numbers', () => {
    const added: unknown[] = [];
    const meter = {
      createCounter: () => ({ add: (by: number, labels: unknown) => added.push([by, labels]) }),
    };
    const redelivered = counter('ddx.bus.redelivered');
    metrics.setGlobalMeterProvider({ getMeter: () => meter } as unknown as Parameters<
      typeof metrics.setGlobalMeterProvider
    >[0]);
    redelivered.add();
    redelivered.add(2, { 'ddx.durable': 'notify-shared', 'ddx.text': 'PLANTED text', other: 'x' });
    expect(added).toEqual([[1, {}], [2, { 'ddx.durable': 'notify-shared' }]]); // prettier-ignore
  });
});
