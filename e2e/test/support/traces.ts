import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseSpan, type SpanLine, type System } from '@definitivedx/stack';

/** All spans that the system has written so far. */
export function readSpans({ stateDir }: System): SpanLine[] {
  const folder = join(stateDir, 'traces');
  return readdirSync(folder).flatMap((file) =>
    readFileSync(join(folder, file), 'utf8')
      .split('\n')
      .flatMap((line) => parseSpan(line) ?? []),
  );
}

/** A span's ancestors, its parent first, as `service name`. */
export function ancestry(span: SpanLine, spans: readonly SpanLine[]): string[] {
  const byId = new Map(spans.map((one) => [one.spanId, one]));
  const names: string[] = [];
  let above = byId.get(span.parentSpanId ?? '');
  while (above && names.length < spans.length) {
    names.push(`${above.service} ${above.name}`);
    above = byId.get(above.parentSpanId ?? '');
  }
  return names;
}
