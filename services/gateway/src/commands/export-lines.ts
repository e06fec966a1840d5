import type { Bus } from '@definitivedx/bus';
import {
  exportCases,
  exportFigures,
  exportFiles,
  exportPart,
  exportParts,
  exportVersion,
  exportWebhooks,
  type ExportLine,
  type openExport,
  type ReplyOf,
} from '@definitivedx/contracts';

type Page = ReplyOf<typeof exportPart>;

/** The lines of pages, one page at a time and each only once the one before was taken. */
async function* pages(ask: (after: string | undefined) => Promise<Page>): AsyncGenerator<Page> {
  for (let after: string | null | undefined; after !== null;) {
    const page: Page = await ask(after);
    yield page;
    after = page.next;
  }
}

/**
 * An organisation's export, piece by piece, as docs/export-format.md says. Nothing is asked for before what came before
 * it was taken, so that memory stays flat however long the export and however slow its reader.
 */
export async function* exportLines(
  bus: Bus,
  { exportId, organisationId, cases }: ReplyOf<typeof openExport>,
  now: Date,
): AsyncGenerator<string> {
  let count = 0;
  const written = (lines: readonly ExportLine[]): string => {
    count += lines.length;
    return lines.map((line) => `${JSON.stringify(line)}\n`).join('');
  };
  const header = { type: 'header', format: 'definitivedx-organisation', version: exportVersion };
  yield written([{ ...header, exportId, organisationId, cases, exportedAt: now.toISOString() }]);
  for (const part of exportParts.filter((one) => one !== 'audit')) {
    for await (const { lines } of pages(async (after) =>
      bus.request(exportPart, await bus.self(), { exportId, part, ...(after && { after }) }),
    ))
      yield written(lines);
  }
  for await (const { lines } of pages(async (after) =>
    bus.request(exportWebhooks, await bus.self(), { exportId, ...(after && { after }) }),
  ))
    yield written(lines);
  if (cases) {
    for await (const { lines } of pages(async (after) =>
      bus.request(exportCases, await bus.self(), { exportId, ...(after && { after }) }),
    )) {
      yield written(lines);
      const caseIds = lines.map((line) => String(line['caseId']));
      if (caseIds.length === 0) continue;
      for await (const files of pages(async (after) =>
        bus.request(exportFiles, await bus.self(), { exportId, caseIds, ...(after && { after }) }),
      ))
        yield written(files.lines);
    }
  }
  for await (const { lines } of pages(async (after) =>
    bus.request(exportFigures, await bus.self(), { exportId, ...(after && { after }) }),
  ))
    yield written(lines);
  // Last, so that it holds this export itself as far as it is signed by then.
  for await (const { lines } of pages(async (after) =>
    bus.request(exportPart, await bus.self(), { exportId, part: 'audit', ...(after && { after }) }),
  ))
    yield written(lines);
  yield `${JSON.stringify({ type: 'end', lines: count })}\n`;
}
