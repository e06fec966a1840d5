import { asMember, type Caller } from '@definitivedx/auth';
import { once, type ServiceContext } from '@definitivedx/bus';
import type {
  InputOf,
  ReplyOf,
  changeFilter as changing,
  deleteFilter as deleting,
  saveFilter as saving,
} from '@definitivedx/contracts';
import type { Transaction } from '@definitivedx/db';
import { AppError, conflict, invalidInput, notFound } from '@definitivedx/errors';
import { v7 } from 'uuid';
import {
  deleteFilterRow,
  insertFilter,
  lockedFilter,
  otherFilters,
  updateFilter,
  type FilterRow,
} from '../data/filters.js';
import { readCaseCode } from '../domain/case-code.js';
import { checkTexts } from '../domain/findings.js';
import { readSearch } from '../domain/search-terms.js';

const mostFilters = 50;

/** Keeps a filter for the caller. @throws AppError `conflict` for one too many; `invalid-input` for a name twice */
export async function saveFilter(
  service: ServiceContext,
  caller: Caller,
  { commandId, name, filter }: InputOf<typeof saving>,
): Promise<ReplyOf<typeof saving>> {
  const { memberId } = asMember(caller);
  checkFilter(name, filter);
  return service.db.transaction((tx) =>
    once(tx, commandId, memberId, async () => {
      const others = await checkName(tx, memberId, name, null);
      if (others >= mostFilters) {
        throw conflict(
          `You have ${String(mostFilters)} saved filters. Please delete one that you do not need.`,
        );
      }
      const made = { filterId: v7(), name, filter, version: 1, changedAt: service.clock.now() };
      insertFilter(tx, memberId, made);
      return said(made);
    }),
  );
}

/** Changes a filter. @throws AppError `not-found` when it is not the caller's; `version-mismatch` when it changed */
export async function changeFilter(
  service: ServiceContext,
  caller: Caller,
  { commandId, filterId, name, filter, expectedVersion }: InputOf<typeof changing>,
): Promise<ReplyOf<typeof changing>> {
  const { memberId } = asMember(caller);
  checkFilter(name, filter);
  return service.db.transaction((tx) =>
    once(tx, commandId, memberId, async () => {
      const version = await lockedFilter(tx, memberId, filterId);
      if (version === undefined) throw notFound('saved filter');
      if (expectedVersion !== undefined && expectedVersion !== version) throw changedSince();
      await checkName(tx, memberId, name, filterId);
      const changed = { filterId, name, filter, version: version + 1, changedAt: service.clock.now() };
      updateFilter(tx, changed);
      return said(changed);
    }),
  );
}

/** Forgets a filter. @throws AppError `not-found` when it is not the caller's */
export async function deleteFilter(
  service: ServiceContext,
  caller: Caller,
  { commandId, filterId }: InputOf<typeof deleting>,
): Promise<ReplyOf<typeof deleting>> {
  const { memberId } = asMember(caller);
  return service.db.transaction((tx) =>
    once(tx, commandId, memberId, async () => {
      if (!(await deleteFilterRow(tx, memberId, filterId))) throw notFound('saved filter');
      return { filterId };
    }),
  );
}

/** A filter that could not be used later is refused now. */
function checkFilter(name: string, { words, order }: InputOf<typeof saving>['filter']): void {
  checkTexts({ name, 'filter.words': words });
  if (words === undefined || readCaseCode(words) !== undefined) return;
  if (order === 'due') {
    const message = 'Leave it out, or save the filter without words.';
    throw invalidInput('What is searched for comes by its latest activity.', [
      { path: 'filter.order', message },
    ]);
  }
  readSearch(words, 'filter.words');
}

async function checkName(
  tx: Transaction,
  memberId: string,
  name: string,
  filterId: string | null,
): Promise<number> {
  const [, [others]] = await tx.runAll(...otherFilters(memberId, name, filterId));
  if (others?.named) {
    throw invalidInput('You have a saved filter of that name.', [
      { path: 'name', message: 'Choose another name, or change that filter.' },
    ]);
  }
  return others?.filters ?? 0;
}

const said = ({ changedAt, ...row }: FilterRow): ReplyOf<typeof saving> => ({
  ...row,
  changedAt: changedAt.toISOString(),
});

const changedSince = (): AppError =>
  new AppError('version-mismatch', 'This filter was changed since you read it. Please read it again.');
