import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import {
  caseFilter,
  changeFilter,
  deleteFilter,
  listFilters,
  saveFilter,
  type InputOf,
  type ReplyOf,
} from '@definitivedx/contracts';
import { Clinic, refusal, type Person } from './clinic.js';
import { Finding } from './finding.js';

let clinic: Clinic;

beforeAll(async () => {
  clinic = await Clinic.open();
});
afterAll(() => clinic.world.stop());

type Filter = InputOf<typeof saveFilter>['filter'];

const all = caseFilter.parse({});
const save = async (
  by: Person,
  name: string,
  filter: Filter = all,
  commandId: string = randomUUID(),
): Promise<ReplyOf<typeof saveFilter>> =>
  clinic.world.request(saveFilter, await by.caller(), { commandId, name, filter });
const change = async (
  by: Person,
  filterId: string,
  rest: Partial<InputOf<typeof changeFilter>> = {},
): Promise<ReplyOf<typeof changeFilter>> =>
  clinic.world.request(changeFilter, await by.caller(), {
    ...{ commandId: randomUUID(), filterId, name: 'Changed', filter: all },
    ...rest,
  });
const forget = async (by: Person, filterId: string): Promise<ReplyOf<typeof deleteFilter>> =>
  clinic.world.request(deleteFilter, await by.caller(), { commandId: randomUUID(), filterId });
const list = async (by: Person): Promise<ReplyOf<typeof listFilters>['filters']> =>
  (await clinic.world.request(listFilters, await by.caller(), {})).filters;

it('a filter is kept under its name, changed by version, used as it is, and forgotten', async () => {
  const gp = await clinic.gp();
  const urgent = { ...all, view: 'mine', priority: 'urgent', words: 'barking "at night"' } as const;
  const saved = await save(gp, 'Urgent ones', urgent);
  expect(saved).toMatchObject({ name: 'Urgent ones', filter: urgent, version: 1 });
  expect(await list(gp)).toEqual([saved]);
  expect(await new Finding(clinic).page(gp, saved.filter)).toEqual({ cases: [], nextCursor: null });
  const changed = await change(gp, saved.filterId, { expectedVersion: 1 });
  expect(changed).toMatchObject({ name: 'Changed', filter: all, version: 2 });
  expect(await refusal(change(gp, saved.filterId, { expectedVersion: 1 }))).toMatchObject({
    code: 'version-mismatch',
  });
  expect(await list(gp)).toEqual([changed]);
  await forget(gp, saved.filterId);
  expect(await list(gp)).toEqual([]);
});

it('a repeat has one effect and one reply', async () => {
  const gp = await clinic.gp();
  const commandId = randomUUID();
  const replies = await Promise.all(Array.from({ length: 4 }, () => save(gp, 'Once', all, commandId)));
  expect(new Set(replies.map((reply) => JSON.stringify(reply))).size).toBe(1);
  expect(await list(gp)).toHaveLength(1);
});

it('names are one’s own, and of two the same one is refused, whatever the letters', async () => {
  const [gp, other] = [await clinic.gp(), await clinic.gp()];
  const { filterId } = await save(gp, 'Open');
  await save(other, 'Open');
  const refused = { code: 'invalid-input', issues: [{ path: 'name' }] };
  expect(await refusal(save(gp, 'OPEN'))).toMatchObject(refused);
  const second = await save(gp, 'Second');
  expect(await refusal(change(gp, second.filterId, { name: 'open' }))).toMatchObject(refused);
  expect(await change(gp, filterId, { name: 'OPEN' })).toMatchObject({ name: 'OPEN' });
});

it('another’s filter is as one that does not exist', async () => {
  const [gp, other] = [await clinic.gp(), await clinic.gp()];
  const { filterId } = await save(gp, 'Private');
  const unknown = randomUUID();
  expect(await list(other)).toEqual([]);
  const refused = await refusal(change(other, filterId));
  expect(refused).toMatchObject({ code: 'not-found' });
  expect(await refusal(change(other, unknown))).toEqual(refused);
  expect(await refusal(forget(other, filterId))).toEqual(await refusal(forget(other, unknown)));
  expect(await list(gp)).toHaveLength(1);
});

it('there are fifty at most, also when the last ones come at once', async () => {
  const gp = await clinic.gp();
  for (let i = 0; i < 48; i += 1) await save(gp, `Filter ${String(i)}`);
  const last = await Promise.allSettled(Array.from({ length: 6 }, (_, i) => save(gp, `Last ${String(i)}`)));
  expect(last.filter(({ status }) => status === 'fulfilled')).toHaveLength(2);
  expect(await refusal(save(gp, 'One more'))).toMatchObject({ code: 'conflict' });
  expect(await list(gp)).toHaveLength(50);
});

it.each([
  ['words that cannot be searched for', { words: 'ab*' }, 'filter.words'],
  ['words by due time', { words: 'cough', order: 'due' }, 'filter.order'],
  ['a status that there is not', { statuses: ['lost'] }, 'filter.statuses.0'],
  ['a key of its own', { constructor: 'x' }, 'filter'],
] as const)('%s are refused by the name of the field', async (_what, rest, path) => {
  const gp = await clinic.gp();
  // What the types forbid is what this sends.
  expect(await refusal(save(gp, 'Wrong', { ...all, ...rest } as unknown as Filter))).toMatchObject({
    code: 'invalid-input',
    issues: [{ path: expect.stringContaining(path) }],
  });
});
