import type { Caller } from '@definitivedx/auth';
import type { ServiceContext } from '@definitivedx/bus';
import {
  confirmExport,
  takeCases,
  type InputOf,
  type ReplyOf,
  type exportCases as contract,
} from '@definitivedx/contracts';
import { forbidden } from '@definitivedx/errors';
import { casesToExport, wholeCases } from '../data/export.js';
import { fitting } from '../domain/room.js';

const mostCases = 25;
/** Of one page, in all its cases. */
const mostPeople = 2_000;

/** A page of an organisation's cases. @throws AppError `forbidden` for an export without the content of cases. */
export async function exportCases(
  { bus, db }: ServiceContext,
  _caller: Caller,
  { exportId, after }: InputOf<typeof contract>,
): Promise<ReplyOf<typeof contract>> {
  const { organisationId, cases } = await bus.request(confirmExport, await bus.self(), { exportId });
  if (!cases) throw forbidden('This export is one without the content of cases.');
  const found = await casesToExport(db, organisationId, after, mostCases);
  const page = fitting(found, ({ textBytes }) => textBytes);
  if (page.length === 0) return { lines: [], next: null };
  const { caseIds, people } = await bus.request(takeCases, await bus.self(), {
    exportId,
    caseIds: page.map(({ caseId }) => caseId),
    memberIds: [...new Set(page.flatMap(({ memberIds }) => memberIds))].slice(0, mostPeople),
  });
  const partsOf = new Map(page.map(({ caseId, memberIds }) => [caseId, new Set(memberIds)]));
  const lines = (await wholeCases(db, caseIds)).map((line) => ({
    ...line,
    people: people.filter(({ memberId }) => partsOf.get(String(line['caseId']))?.has(memberId)),
  }));
  const more = page.length < found.length || found.length === mostCases;
  return { lines, next: more ? (page.at(-1)?.caseId ?? null) : null };
}
