import { describe, expect, it } from '@jest/globals';
import { SpanKind, SpanStatusCode, TraceFlags, type Attributes } from '@opentelemetry/api';
import { ExportResultCode } from '@opentelemetry/core';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { InMemorySpanExporter, SimpleSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace';
import { allowedAttributes, pathOf } from './attributes.js';
import { RedactingExporter, redactSpan } from './redact.js';

const MARK = 'PLANTED Ola, 4 years, febrile seizures';
const id = '0198c1d2-7a3b-7c4d-8e5f-0123456789ab';
const traceId = '0af7651916cd43dd8448eb211c80319c';

function record(name: string, attributes: Attributes, kind = SpanKind.INTERNAL) {
  const memory = new InMemorySpanExporter();
  const processor = new SimpleSpanProcessor({ exporter: new RedactingExporter(memory) });
  const tracer = new TracerProvider({
    spanProcessors: [processor],
    resource: resourceFromAttributes({
      'service.name': 'cases',
      'process.command_args': MARK,
      'service.note': MARK,
    }),
  }).getTracer('test');
  const span = tracer.startSpan(name, {
    kind,
    attributes,
    links: [
      {
        context: { traceId, spanId: 'b7ad6b7169203331', traceFlags: TraceFlags.SAMPLED },
        attributes: { note: MARK, 'ddx.case.id': id },
      },
    ],
  });
  span.recordException(Object.assign(new Error(MARK), { name: MARK }));
  span.recordException(new TypeError(MARK));
  span.addEvent(MARK, { note: MARK, 'ddx.note': MARK });
  span.setStatus({ code: SpanStatusCode.ERROR, message: MARK });
  span.end();
  const [out] = memory.getFinishedSpans();
  if (!out) throw new Error('no span came out');
  return { out, all: JSON.stringify({ ...out, resource: out.resource.attributes, own: out.spanContext() }) };
}

describe('a span on its way out', () => {
  const keys = [
    'http.request.method', 'http.route', 'http.response.status_code', 'http.request.method_original', 'url.path', 'url.query',
    'url.full', 'server.address', 'server.port', 'client.address', 'user_agent.original', 'db.system.name', 'db.operation',
    'db.operation.name', 'db.statement', 'db.query.text', 'db.postgresql.plan', 'db.postgresql.values', 'db.namespace',
    'messaging.destination.name', 'messaging.message.body', 'rpc.method', 'rpc.request.metadata.x', 'service.name', 'error.type',
    'exception.message', 'exception.stacktrace', 'ddx.case.id', 'ddx.note', 'http.request.header.cookie', 'anything', MARK,
  ]; // prettier-ignore

  it.each([SpanKind.INTERNAL, SpanKind.SERVER, SpanKind.CLIENT, SpanKind.CONSUMER])(
    'of kind %i never holds a planted text, wherever it was put',
    (kind) => {
      const planted = Object.fromEntries(keys.map((key) => [key, MARK]));
      const { out, all } = record(MARK, planted, kind);
      expect(all).not.toMatch(/PLANTED|Ola|febrile|seizures/);
      expect(out.attributes).toEqual({});
      expect(out.name).toBe('unnamed');
      expect(out.status).toEqual({ code: SpanStatusCode.ERROR });
    },
  );

  it('never holds lists, not even under allowed keys', () => {
    expect(allowedAttributes({ 'ddx.ids': [id, MARK], 'rpc.method': [MARK] })).toEqual({});
  });

  it('keeps the class of an exception, without message and stack', () => {
    const { out } = record('share', {});
    expect(out.events.map((event) => event.attributes)).toEqual([{}, { 'exception.type': 'TypeError' }, {}]);
  });

  it('keeps ids, codes and numbers of the allow-list', () => {
    const kept = {
      'ddx.case.id': id,
      'messaging.destination.name': 'evt.cases.shared.v1',
      'rpc.method': 'cases.create',
      'http.response.status_code': 201,
      'error.type': 'not-found',
    };
    expect(record('bus.request cases.create', kept).out.attributes).toEqual(kept);
  });

  it('keeps links, without tracestate', () => {
    const { out } = record('digest', {});
    expect(out.links[0]?.context).toEqual({ traceId, spanId: 'b7ad6b7169203331', traceFlags: 1 });
    expect(out.links[0]?.attributes).toEqual({ 'ddx.case.id': id });
  });

  it('tells of the resource only which service it is', () => {
    expect(record('x', {}).out.resource.attributes).toEqual({ 'service.name': 'cases' });
  });

  it.each([
    '9434765919',
    '943-476-5919',
    '943.476.5919',
    'someone@example.org',
    'caf%C3%A9',
    '９４３４７６５９１９',
  ])('drops %s', (value) => {
    expect(allowedAttributes({ 'ddx.case.id': value })).toEqual({});
  });

  it('passes on what the inner exporter says', () => {
    const inner = {
      export: (_: unknown, done: (r: { code: number }) => void) => done({ code: 1 }),
      shutdown: async () => {},
    };
    let result: unknown;
    new RedactingExporter(inner).export([], (given) => (result = given));
    expect(result).toEqual({ code: ExportResultCode.FAILED });
  });
});

describe('the name of a span', () => {
  const named = (name: string, attributes: Attributes = {}, kind = SpanKind.INTERNAL) =>
    redactSpan(record(name, attributes, kind).out).name;

  it.each([
    ['bus.publish evt.cases.shared.v1', 'bus.publish evt.cases.shared.v1'],
    [`open ${id}`, 'open :id'],
    ['outbox 123456789', 'outbox :n'],
    ['find?name=Ola', 'find'],
    ['naïve', 'unnamed'],
    ['x'.repeat(121), 'unnamed'],
  ])('%s becomes %s', (name, wanted) => {
    expect(named(name)).toBe(wanted);
  });

  it('of an HTTP request is method and route, never the path', () => {
    const attributes = {
      'http.request.method': 'GET',
      'http.route': '/api/v1/cases/:caseId',
      'url.path': `/api/v1/cases/${id}`,
    };
    expect(named('GET', attributes, SpanKind.SERVER)).toBe('GET /api/v1/cases/:caseId');
    expect(named(`GET /api/v1/cases/${MARK}?q=1`, { 'http.request.method': 'GET' }, SpanKind.SERVER)).toBe(
      'GET',
    );
  });

  it('of a statement is its name, and its text and values never leave', () => {
    const { out } = record('pg case-by-id', { 'db.operation.name': 'case-by-id', 'db.query.text': MARK });
    expect(out.name).toBe('pg case-by-id');
    expect(out.attributes).toEqual({ 'db.operation.name': 'case-by-id' });
  });
});

describe('the path of a request', () => {
  const route = '/api/v1/cases/:caseId/posts';
  const path = `/api/v1/cases/${id}/posts`;

  it('is kept when it is the route with UUIDs for parameters', () => {
    expect(pathOf({ 'http.route': route, 'url.path': path })).toBe(path);
  });

  it.each([
    [undefined, path],
    [route, '/api/v1/cases/ola/posts'],
    [route, `${path}/ola`],
    [route, `${path}?name=ola`],
    [route, `/api/v1/cases/${id}?x/posts`],
    ['/*', '/ola'],
    ['*', '/ola'],
  ])('is dropped for route %s and path %s', (template, given) => {
    expect(pathOf({ ...(template ? { 'http.route': template } : {}), 'url.path': given })).toBeUndefined();
  });

  it('never tells what the client wrote into its Host header', () => {
    expect(
      record('GET', { 'server.address': 'ola', 'server.port': 1 }, SpanKind.SERVER).out.attributes,
    ).toEqual({});
  });
});
