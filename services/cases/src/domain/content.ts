import type { AudienceEntry, CaseContent, TemplateAnswers } from '@definitivedx/contracts';
import { bytesOf } from './room.js';

type Asked = CaseContent & { readonly template?: TemplateAnswers | undefined };

/** Everything that is typed into a case, by the path of its field. */
export function textsOf(asked: Asked): Readonly<Record<string, string | undefined>> {
  const { question, history, examination, medication, specialty, results, template } = asked;
  const typed: Record<string, string | undefined> = { question, history, examination, medication, specialty };
  for (const [place, { name, value, taken }] of results.entries()) {
    typed[`results.${String(place)}.name`] = name;
    if (typeof value === 'string') typed[`results.${String(place)}.value`] = value;
    typed[`results.${String(place)}.taken`] = taken;
  }
  for (const [field, answer] of Object.entries(template?.answers ?? {})) {
    if (typeof answer === 'string') typed[`template.answers.${field}`] = answer;
  }
  return typed;
}

/** Why each of the audience is to see a case, as typed, by the path of its field. */
export const reasonsOf = (audience: readonly AudienceEntry[]): Readonly<Record<string, string | undefined>> =>
  Object.fromEntries(audience.map(({ reason }, place) => [`audience.${String(place)}.reason`, reason]));

/** Bytes that the content takes on the bus. */
export function contentBytes(asked: Asked): number {
  const { question, history, examination, medication, specialty, results, template } = asked;
  const texts = [question, history, examination, medication, specialty].filter((text) => text !== undefined);
  return bytesOf(...texts) + Buffer.byteLength(JSON.stringify([results, template ?? null]));
}
