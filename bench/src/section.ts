/** A part of the page of results that is not a throughput comparison. */
export interface Section {
  readonly title: string;
  /** What was measured and how, in a sentence or two. */
  readonly about: string;
  readonly head: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

export const isSection = (result: object): result is Section => 'title' in result;

export function sectionText({ title, about, head, rows }: Section): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  return [`## ${title}`, '', about, '', line(head), line(head.map(() => '---')), ...rows.map(line), ''].join(
    '\n',
  );
}
