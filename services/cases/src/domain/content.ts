import type { CaseContent } from '@definitivedx/contracts';
import { bytesOf } from './room.js';

/** Everything that is typed into a case, by the path of its field. */
export function textsOf(content: CaseContent): Readonly<Record<string, string | undefined>> {
  const { question, history, examination, medication, specialty, results } = content;
  const typed: Record<string, string | undefined> = { question, history, examination, medication, specialty };
  for (const [place, { name, value, taken }] of results.entries()) {
    typed[`results.${String(place)}.name`] = name;
    if (typeof value === 'string') typed[`results.${String(place)}.value`] = value;
    typed[`results.${String(place)}.taken`] = taken;
  }
  return typed;
}

/** Bytes that the content takes on the bus. */
export function contentBytes({
  question,
  history,
  examination,
  medication,
  specialty,
  results,
}: CaseContent): number {
  const texts = [question, history, examination, medication, specialty].filter((text) => text !== undefined);
  return bytesOf(...texts) + Buffer.byteLength(JSON.stringify(results));
}
