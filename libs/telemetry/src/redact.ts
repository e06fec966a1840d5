import { SpanKind, type Attributes, type Link } from '@opentelemetry/api';
import { resourceFromAttributes, type Resource } from '@opentelemetry/resources';
import type { ReadableSpan, SpanExporter } from '@opentelemetry/sdk-trace';
import { allowedAttributes, isCodeValue, isErrorType, pathOf } from './attributes.js';

const uuids = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/gi;
const plainName = /^[A-Za-z0-9_.:/*$>{}()-]+(?: [A-Za-z0-9_.:/*$>{}()-]+){0,3}$/;
const MAX_NAME = 120;

/** A name of low cardinality: ids become `:id`, a query string is cut off, and prose is replaced. */
function nameOf(span: ReadableSpan, attributes: Attributes): string {
  const verb = attributes['http.request.method'];
  if (typeof verb === 'string') {
    const template = span.kind === SpanKind.SERVER ? attributes['http.route'] : undefined;
    return typeof template === 'string' ? `${verb} ${template}` : verb;
  }
  return plain(span.name);
}

function plain(name: string): string {
  const cut = (name.split('?')[0] ?? '').replace(uuids, ':id').replace(/\d{6,}/g, ':n');
  return cut.length <= MAX_NAME && plainName.test(cut) ? cut : 'unnamed';
}

const resources = new WeakMap<Resource, Resource>();
/** Of the resource only what names the service: not the command line, the owner or the host. */
function resourceOf(resource: Resource): Resource {
  const known = resources.get(resource);
  if (known) return known;
  const kept = Object.entries(resource.attributes).filter(
    ([key, value]) => /^(?:service|telemetry\.sdk)\./.test(key) && value !== undefined && isCodeValue(value),
  );
  const made = resourceFromAttributes(Object.fromEntries(kept));
  resources.set(resource, made);
  return made;
}

const linkOf = ({ context, attributes }: Link): Link => ({
  context: withoutState(context),
  ...(attributes ? { attributes: allowedAttributes(attributes) } : {}),
});

/** `tracestate` is free text from outside. */
function withoutState<T extends { readonly traceState?: unknown }>(context: T): Omit<T, 'traceState'> {
  const { traceState: _, ...rest } = context;
  return rest;
}

function attributesOf(span: ReadableSpan): Attributes {
  const kept = allowedAttributes(span.attributes);
  if (span.kind === SpanKind.SERVER) {
    // What the client wrote into its Host header, not where we listen.
    delete kept['server.address'];
    delete kept['server.port'];
  }
  const path = pathOf(span.attributes);
  if (path !== undefined) kept['url.path'] = path;
  return kept;
}

/** The span as it may leave the process. */
export function redactSpan(span: ReadableSpan): ReadableSpan {
  const attributes = attributesOf(span);
  const own = withoutState(span.spanContext());
  return {
    name: nameOf(span, attributes),
    kind: span.kind,
    spanContext: () => own,
    ...(span.parentSpanContext ? { parentSpanContext: withoutState(span.parentSpanContext) } : {}),
    startTime: span.startTime,
    endTime: span.endTime,
    duration: span.duration,
    ended: span.ended,
    status: { code: span.status.code },
    attributes,
    links: span.links.map(linkOf),
    events: span.events.map(({ time, name, attributes: of }) => ({
      time,
      name: plain(name),
      attributes: { ...allowedAttributes(of ?? {}), ...exceptionTypeOf(of) },
    })),
    resource: resourceOf(span.resource),
    instrumentationScope: span.instrumentationScope,
    droppedAttributesCount: span.droppedAttributesCount,
    droppedEventsCount: span.droppedEventsCount,
    droppedLinksCount: span.droppedLinksCount,
  };
}

function exceptionTypeOf(attributes: Attributes | undefined): Attributes {
  const type = attributes?.['exception.type'];
  return type !== undefined && isErrorType(type) ? { 'exception.type': type } : {};
}

/** The one door to the outside: every exporter is wrapped in it, so no span leaves unredacted. */
export class RedactingExporter implements SpanExporter {
  constructor(private readonly inner: SpanExporter) {}

  export(spans: ReadableSpan[], done: Parameters<SpanExporter['export']>[1]): void {
    this.inner.export(spans.map(redactSpan), done);
  }

  async forceFlush(): Promise<void> {
    await this.inner.forceFlush?.();
  }

  shutdown(): Promise<void> {
    return this.inner.shutdown();
  }
}
