/**
 * Tracing for a whole program: `node --import <this file> main.js`, before anything else is loaded.
 * OTEL_EXPORTER_OTLP_ENDPOINT sends spans to a collector, else TRACE_DIR writes them to files; with neither,
 * spans are not kept, but trace ids still travel.
 */
import type { SpanExporter } from '@opentelemetry/sdk-trace';
import { createLog } from './log.js';
import { currentService } from './safe.js';
import { startTracing } from './start.js';

async function exporterFor(service: string): Promise<SpanExporter | undefined> {
  if (process.env['OTEL_EXPORTER_OTLP_ENDPOINT'] || process.env['OTEL_EXPORTER_OTLP_TRACES_ENDPOINT']) {
    const { OTLPTraceExporter } = await import('@opentelemetry/exporter-trace-otlp-http');
    return new OTLPTraceExporter();
  }
  const folder = process.env['TRACE_DIR'];
  if (!folder) return undefined;
  const { FileExporter } = await import('./file-exporter.js');
  return new FileExporter(folder, service);
}

const service = currentService();
try {
  startTracing(service, await exporterFor(service));
} catch (error) {
  // A service without traces is better than no service.
  createLog('telemetry').error('tracing-not-started', {
    error,
    hint: 'Make TRACE_DIR a folder this process may write to, or unset it.',
  });
}
