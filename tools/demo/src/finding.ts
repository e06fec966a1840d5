import { caseTimeline, listCases } from '@definitivedx/contracts';
import { caseTexts } from './case-texts.js';
import { NotAsExpected } from './failure.js';
import type { Person } from './person.js';
import type { Shared } from './sharing.js';
import type { Step } from './step.js';

/** Finds the case by words of its advice; who may not see it finds nothing. */
export const findByWords = (step: Step, { session, name }: Person, { caseId }: Shared): Promise<void> =>
  step('Searching', async () => {
    const wanted = { words: `"${caseTexts.phrase}"`, count: true };
    const { reply, traceId } = await session.must(listCases.reply, 'POST', '/api/v1/cases/search', wanted);
    if (!reply.cases.some((found) => found.caseId === caseId)) {
      throw new NotAsExpected('the case among those found', `${String(reply.cases.length)} others`, traceId);
    }
    const { count = 0, more = false } = reply.count ?? {};
    const says = `${name} found the case again by a phrase of its advice, among ${String(count)}${more ? ' or more' : ''}.`;
    return { says, traceId, value: undefined };
  });

/** Takes the case along, as a document to read and as one for machines. */
export const takeDocuments = (step: Step, { session, name }: Person, { caseId }: Shared): Promise<void> =>
  step('Taking the case along', async () => {
    const path = `/api/v1/cases/${caseId}`;
    const pdf = await session.download(`${path}/export.pdf`);
    const fhir = await session.download(`${path}/export.fhir.json`);
    const written = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);
    const bundle = JSON.parse(written(fhir.content)) as { resourceType?: string; entry?: unknown[] };
    if (!written(pdf.content).startsWith('%PDF-') || bundle.resourceType !== 'Bundle') {
      throw new NotAsExpected('a PDF and a FHIR bundle', `${String(pdf.status)} and ${String(fhir.status)}`);
    }
    const says = `${name} took the case along: a PDF of ${String(Math.round(pdf.content.length / 1024))} kB, and a FHIR bundle of ${String(bundle.entry?.length ?? 0)} resources.`;
    const traceId = fhir.headers.get('x-trace-id') ?? undefined;
    return { says, traceId, value: undefined };
  });

/** What happened to the case, in order. */
export const readTimeline = (step: Step, { session, name }: Person, { caseId }: Shared): Promise<void> =>
  step('Reading the timeline', async () => {
    const path = `/api/v1/cases/${caseId}/timeline`;
    const { reply, traceId } = await session.must(caseTimeline.reply, 'GET', path);
    const kinds = reply.entries.map(({ kind }) => kind);
    const missing = (['asked', 'responsible', 'advice-superseded', 'closed'] as const).find(
      (kind) => !kinds.includes(kind),
    );
    if (missing) throw new NotAsExpected(`"${missing}" on the timeline`, kinds.join(', '), traceId);
    return { says: `The timeline, as ${name} sees it: ${kinds.join(', ')}.`, traceId, value: undefined };
  });
