export {
  SpanKind,
  type Attributes,
  type Context,
  type Link,
  type Span,
  type SpanContext,
} from '@opentelemetry/api';
export { createLog, type Fields, type Level, type Log } from './log.js';
export { counter } from './metrics.js';
export { NestLogger } from './nest-logger.js';
export {
  continueOrLink,
  currentTraceId,
  currentTraceparent,
  errorType,
  inSpan,
  type SpanOptions,
} from './spans.js';
export { shutdownTelemetry } from './lifecycle.js';
export { contextFrom, formatTraceparent, parseTraceparent } from './traceparent.js';
