import { subscribe } from 'node:diagnostics_channel';
import type { IncomingMessage } from 'node:http';
import { createRequire, syncBuiltinESMExports } from 'node:module';
import { context, propagation, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { getRPCMetadata, setGlobalErrorHandler } from '@opentelemetry/core';
import { registerInstrumentations } from '@opentelemetry/instrumentation';
import { HttpInstrumentation } from '@opentelemetry/instrumentation-http';
import { UndiciInstrumentation } from '@opentelemetry/instrumentation-undici';
import { resourceFromAttributes } from '@opentelemetry/resources';
import {
  AlwaysOnSampler,
  BatchSpanProcessor,
  TracerProvider,
  type SpanExporter,
} from '@opentelemetry/sdk-trace';
import { createLog } from './log.js';
import { onShutdown } from './lifecycle.js';
import { RedactingExporter } from './redact.js';
import { TraceparentPropagator } from './traceparent.js';

const FLUSH_MS = 400;
const EXPORT_TIMEOUT_MS = 5000;
const MAX_QUEUED_SPANS = 8192;
const MAX_ATTRIBUTE_LENGTH = 256;
const COMPLAIN_EVERY_MS = 60_000;
const log = createLog('telemetry');

/**
 * Starts tracing for this process into `exporter`, behind the redaction. Without one nothing is recorded, but trace
 * ids are still passed on: problem documents and the audit quote them.
 *
 * The parts of the SDK are put together here rather than by `NodeSDK`, which loads every exporter there is
 * (some 20 MB per process) and, unless told otherwise, sends logs and metrics past the redaction.
 */
export function startTracing(service: string, exporter: SpanExporter | undefined): void {
  complainQuietly();
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  propagation.setGlobalPropagator(new TraceparentPropagator());
  const provider = new TracerProvider({
    // Not the parent's decision: anybody may send a traceparent that says "do not record".
    sampler: new AlwaysOnSampler(),
    resource: resourceFromAttributes({ 'service.name': service }),
    spanLimits: { attributeValueLengthLimit: MAX_ATTRIBUTE_LENGTH },
    spanProcessors: exporter ? [processorFor(exporter)] : [],
  });
  trace.setGlobalTracerProvider(provider);
  registerInstrumentations({ tracerProvider: provider, instrumentations: instrumentations() });
  hookBuiltins();
  nameRoutes();
  onShutdown(() => provider.shutdown());
  // For programs that simply come to their end, such as migrations.
  process.once('beforeExit', () => void provider.forceFlush().catch(() => undefined));
}

const processorFor = (exporter: SpanExporter): BatchSpanProcessor =>
  new BatchSpanProcessor({
    exporter: new RedactingExporter(exporter),
    scheduledDelayMillis: FLUSH_MS,
    exportTimeoutMillis: EXPORT_TIMEOUT_MS,
    maxQueueSize: MAX_QUEUED_SPANS,
  });

const instrumentations = (): (HttpInstrumentation | UndiciInstrumentation)[] => [
  new HttpInstrumentation({ ignoreIncomingRequestHook: isHealthCheck, requireParentforOutgoingSpans: true }),
  new UndiciInstrumentation({ requireParentforSpans: true }),
];

/** Probes come every second or so and tell nothing. */
function isHealthCheck({ url = '' }: IncomingMessage): boolean {
  const path = url.split('?', 1)[0];
  return path === '/healthz' || path === '/readyz';
}

/** The hooks sit on `require`; built-in modules that ES modules import are reached by requiring them once. */
function hookBuiltins(): void {
  const require = createRequire(import.meta.url);
  require('node:http');
  require('node:https');
  syncBuiltinESMExports();
}

/** Fastify announces which route it chose; the HTTP instrumentation takes it from there for name and `http.route`. */
function nameRoutes(): void {
  subscribe('tracing:fastify.request.handler:start', (message) => {
    const url = routeOf(message);
    const metadata = getRPCMetadata(context.active());
    if (url !== undefined && metadata) metadata.route = url;
  });
}

function routeOf(message: unknown): string | undefined {
  if (typeof message !== 'object' || message === null || !('route' in message)) return undefined;
  const { route } = message;
  if (typeof route !== 'object' || route === null || !('url' in route)) return undefined;
  return typeof route.url === 'string' ? route.url : undefined;
}

/** Traces that cannot be written are worth a line a minute, not one per batch. */
function complainQuietly(): void {
  let complainedAt = -Infinity;
  setGlobalErrorHandler((error) => {
    const now = performance.now();
    if (now - complainedAt < COMPLAIN_EVERY_MS) return;
    complainedAt = now;
    log.warn('trace-export-failed', {
      error,
      hint: 'Spans are lost until TRACE_DIR or the OTLP endpoint works again.',
    });
  });
}
