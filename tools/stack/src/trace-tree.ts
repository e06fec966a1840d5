/** A finished span, as libs/telemetry writes one per line. Times in milliseconds, `startMs` since 1970. */
export interface SpanLine {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly name: string;
  readonly kind: string;
  readonly service: string;
  readonly startMs: number;
  readonly durationMs: number;
  readonly status: string;
  readonly attributes: Readonly<Record<string, unknown>>;
  readonly links: readonly { readonly traceId: string; readonly spanId?: string }[];
}

/** Reads one line; undefined for one that is not a whole span, as the last line of a file being written may be. */
export function parseSpan(line: string): SpanLine | undefined {
  let span: Partial<SpanLine>;
  try {
    span = JSON.parse(line) as Partial<SpanLine>;
  } catch {
    return undefined;
  }
  const whole =
    typeof span.traceId === 'string' && typeof span.spanId === 'string' && typeof span.startMs === 'number';
  return whole ? (span as SpanLine) : undefined;
}

const millis = (ms: number): string => `${ms < 10 ? ms.toFixed(1) : ms.toFixed(0)} ms`;

/** What makes one span more than a name. Attributes hold no clinical text and no person; these are short besides. */
const shownAttributes = [
  'http.request.method',
  'http.route',
  'http.response.status_code',
  'error.type',
  'error.code',
];

function describe(span: SpanLine, from: number): string {
  const attributes = shownAttributes.flatMap((key) => {
    const value = span.attributes[key];
    return typeof value === 'string' || typeof value === 'number' ? [`${key}=${String(value)}`] : [];
  });
  const links = span.links.map((link) => `→ trace ${link.traceId}`);
  const mark = span.status === 'error' ? '✘ ' : '';
  const extra = [...attributes, ...links].join(' ');
  return `${mark}${span.service} ${span.name}  ${millis(span.durationMs)}  +${millis(span.startMs - from)}${extra && `  ${extra}`}`;
}

const byStart = (a: SpanLine, b: SpanLine): number => a.startMs - b.startMs;

/** The spans of one trace as lines of a tree: service, name, duration, offset from the start of the trace. */
export function renderTrace(spans: readonly SpanLine[]): string[] {
  const sorted = [...spans].sort(byStart);
  const from = sorted[0]?.startMs ?? 0;
  const known = new Set(sorted.map((span) => span.spanId));
  const children = Map.groupBy(sorted, (span) => span.parentSpanId ?? '');
  const lines: string[] = [];
  // A span may name itself or a descendant as parent in a damaged file: each is shown once.
  const seen = new Set<string>();
  const show = (span: SpanLine, first: string, rest: string): void => {
    if (seen.has(span.spanId)) return;
    seen.add(span.spanId);
    lines.push(first + describe(span, from));
    const below = children.get(span.spanId) ?? [];
    for (const [index, child] of below.entries()) {
      const last = index === below.length - 1;
      show(child, `${rest}${last ? '└─ ' : '├─ '}`, `${rest}${last ? '   ' : '│  '}`);
    }
  };
  // A parent that is not here (outside the system, or not written yet) makes its child a root.
  for (const span of sorted)
    if (span.parentSpanId === undefined || !known.has(span.parentSpanId)) show(span, '', '');
  for (const span of sorted) show(span, '', '');
  return lines;
}

/** One line per trace, latest first: when, id, root name, number of spans, duration from first start to last end. */
export function renderLatest(spans: readonly SpanLine[], count: number): string[] {
  const traces = [...Map.groupBy(spans, (span) => span.traceId).values()].map((all) => {
    const sorted = [...all].sort(byStart);
    const ids = new Set(sorted.map((span) => span.spanId));
    const root =
      sorted.find((span) => span.parentSpanId === undefined || !ids.has(span.parentSpanId)) ?? sorted[0];
    return { sorted, root };
  });
  const shown = traces.flatMap(({ sorted, root }) => (root ? [{ sorted, root }] : []));
  shown.sort((a, b) => b.root.startMs - a.root.startMs);
  return shown.slice(0, count).map(({ sorted, root }) => {
    const end = sorted.reduce((latest, span) => Math.max(latest, span.startMs + span.durationMs), 0);
    const mark = sorted.some((span) => span.status === 'error') ? '  ✘' : '';
    const spansText = `${String(sorted.length)} ${sorted.length === 1 ? 'span' : 'spans'}`;
    return `${new Date(root.startMs).toISOString()}  ${root.traceId}  ${root.service} ${root.name}  ${spansText}  ${millis(end - root.startMs)}${mark}`;
  });
}
