import { cpus } from 'node:os';
import type { Comparison, Spread } from './compare.js';
import { total, type CpuUsed } from './cpu.js';
import type { Options } from './options.js';
import { isSection, sectionText, type Section } from './section.js';

const ratio = (s: Spread): string => `${s.median.toFixed(2)} (${s.low.toFixed(2)}–${s.high.toFixed(2)})`;
const mean = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length;

/** The mean of each process over the rounds, the dearest first. */
function costOf(rounds: readonly CpuUsed[]): string {
  const names = Object.keys(rounds[0] ?? {});
  return names
    .map((name) => ({ name, micros: mean(rounds.map((used) => used[name] ?? 0)) }))
    .sort((a, b) => b.micros - a.micros)
    .map(({ name, micros }) => `${name} ${micros.toFixed(0)}`)
    .join(', ');
}

/**
 * The committed page of results. What was not measured this time stays as it was on `earlier`: a run of some parts
 * brings only those up to date.
 */
export function resultsPage(
  results: readonly (Comparison | Section)[],
  options: Options,
  earlier: string,
): string {
  const parts = new Map(partsOf(earlier).map((part) => [titleOf(part), part]));
  const comparisons = results.filter((result): result is Comparison => !isSection(result));
  const measured = [
    ...(comparisons.length > 0 ? partsOf(comparisonsText(comparisons, options)) : []),
    ...results.filter(isSection).map((section) => sectionText(section)),
  ];
  for (const part of measured) parts.set(titleOf(part), part);
  return [...parts.values()].map((part) => part.trimEnd()).join('\n\n') + '\n';
}

/** A page cut before each of its headings. */
const partsOf = (page: string): string[] => page.split(/^(?=#{1,2} )/m).filter((part) => part.trim() !== '');
const titleOf = (part: string): string => part.split('\n', 1)[0] ?? '';

function comparisonsText(comparisons: readonly Comparison[], options: Options): string {
  const rows = comparisons.map((c) => {
    const ours = c.rounds.map((r) => r.ours);
    const floor = c.rounds.map((r) => r.floor);
    const cells = [
      c.flow,
      `${mean(ours.map((m) => m.perSecond)).toFixed(0)}/s`,
      `${mean(floor.map((m) => m.perSecond)).toFixed(0)}/s`,
      `**${ratio(c.throughput)}**`,
      `${mean(ours.map((m) => m.p99)).toFixed(0)} ms`,
      `${mean(floor.map((m) => m.p99)).toFixed(0)} ms`,
      ratio(c.p99),
      mean(ours.map((m) => total(m.cpuMicros))).toFixed(0),
      mean(floor.map((m) => total(m.cpuMicros))).toFixed(0),
    ];
    return `| ${cells.join(' | ')} |`;
  });
  const costs = comparisons.map((c) => {
    const cells = [
      c.flow,
      costOf(c.rounds.map((r) => r.ours.cpuMicros)),
      costOf(c.rounds.map((r) => r.floor.cpuMicros)),
    ];
    return `| ${cells.join(' | ')} |`;
  });
  return `# Benchmark results

Written by \`npm run bench\`. Ratios hold, absolute figures do not: ${String(cpus().length)} cores shared by load generator, system and PostgreSQL.
${String(options.rounds)} rounds of ${String(options.seconds)} s, system and floor in turn, ${String(options.clients)} clients; the ratio is the median of the per-round ratios (smallest–largest).
Both sides are warmed up and their tables analysed first.

| flow | system | floor | throughput ratio | p99 | p99 floor | p99 ratio | CPU µs/op | CPU µs/op floor |
| --- | --- | --- | --- | --- | --- | --- | --- | --- |
${rows.join('\n')}

## CPU µs per operation, by process

Until the last consumer and the last mail of the operations are done.

| flow | system | floor |
| --- | --- | --- |
${costs.join('\n')}`;
}
