import type { ScimKind } from '@definitivedx/contracts';
import { booleanOf } from './attributes.js';
import type { Comparison, Filter, Value } from './filter.js';
import { refusal } from './refusal.js';

/** SQL that consists of the fixed pieces of this file; whatever a client wrote is among the values. */
export interface Compiled {
  readonly text: string;
  readonly values: readonly unknown[];
}

type Column =
  /** Compared in any mix of capitals, or exactly. */
  | { readonly type: 'text' | 'exact' | 'boolean' | 'time'; readonly sql: string }
  /** Equality by a look-up of its own, which an index serves. */
  | { readonly type: 'exact' | 'text'; readonly sql: string; readonly equals: (parameter: string) => string };

interface Multi {
  /** True when there is a value for which the condition on its parts holds. */
  readonly some: (condition: string) => string;
  readonly parts: Readonly<Record<string, Column>>;
}

const text = (sql: string): Column => ({ type: 'text', sql });
const exact = (sql: string): Column => ({ type: 'exact', sql });

const uuid = '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$';
const userName = 'coalesce(ms.user_name, ms.member_id::text)';
const single: Readonly<Record<ScimKind, Readonly<Record<string, Column>>>> = {
  User: {
    id: {
      type: 'exact',
      sql: 'ms.member_id::text',
      equals: (p) => `ms.member_id = case when ${p} ~* '${uuid}' then ${p}::uuid end`,
    },
    username: {
      type: 'text',
      sql: userName,
      // As in the import of members: by the index of names alone.
      equals: (p) => `ms.member_id = any (array(
        select k.member_id from membership k
         where lower(coalesce(k.user_name, k.member_id::text)) = lower(${p}) and k.removed_at is null
           and k.organisation_id is not distinct from $1))`,
    },
    externalid: {
      type: 'exact',
      sql: 'i.subject',
      equals: (p) =>
        `ms.member_id = any (array(select d.member_id from identity d where d.issuer = $2 and d.subject = ${p}))`,
    },
    displayname: text('coalesce(ms.name, m.name)'),
    'name.formatted': text('coalesce(ms.name, m.name)'),
    'name.givenname': text('ms.given_name'),
    'name.familyname': text('ms.family_name'),
    active: { type: 'boolean', sql: `(ms.status = 'active')` },
    'meta.created': { type: 'time', sql: 'ms.created_at' },
    'meta.lastmodified': { type: 'time', sql: 'ms.changed_at' },
    'meta.resourcetype': exact(`'User'`),
  },
  Group: {
    id: exact('p.id::text'),
    displayname: text('p.name'),
    externalid: exact('p.external_id'),
    'meta.created': { type: 'time', sql: 'p.created_at' },
    'meta.lastmodified': { type: 'time', sql: 'p.changed_at' },
    'meta.resourcetype': exact(`'Group'`),
  },
};

const multi: Readonly<Record<ScimKind, Readonly<Record<string, Multi>>>> = {
  User: {
    emails: {
      some: (condition) => `(${condition})`,
      parts: {
        value: text('coalesce(ms.email, m.email)'),
        type: text(`'work'`),
        primary: { type: 'boolean', sql: 'true' },
      },
    },
    roles: {
      some: (condition) =>
        `exists (select from unnest(array_remove(ms.roles, 'operator')) as r (value) where ${condition})`,
      parts: { value: text('r.value') },
    },
    groups: {
      some: (condition) =>
        `exists (select from panel_member pm join panel p on p.id = pm.panel_id and p.status <> 'closed'
                  where pm.member_id = ms.member_id and pm.organisation_id = ms.organisation_id and (${condition}))`,
      parts: { value: exact('p.id::text'), display: text('p.name') },
    },
  },
  Group: {
    members: {
      some: (condition) =>
        `exists (select from panel_member pm join member m on m.id = pm.member_id
                  where pm.panel_id = p.id and (${condition}))`,
      parts: { value: exact('pm.member_id::text'), display: text('m.name'), type: text(`'User'`) },
    },
  },
};

const unknown = (path: string) =>
  refusal('invalidFilter', `There is no attribute ${path.slice(0, 100)} to filter by.`);

/**
 * A filter as a condition of the statement that finds resources.
 * @param taken how many parameters the statement has before the condition's.
 * @throws AppError `invalid-input` with `invalidFilter`
 */
export function compileFilter(kind: ScimKind, filter: Filter | undefined, taken: number): Compiled {
  if (!filter) return { text: 'true', values: [] };
  const values: unknown[] = [];
  const parameter = (value: unknown, cast: string): string => {
    values.push(value);
    return `$${String(taken + values.length)}::${cast}`;
  };
  const compile = (part: Filter, within?: Multi): string => {
    switch (part.op) {
      case 'and':
      case 'or':
        return `(${compile(part.left, within)} ${part.op} ${compile(part.right, within)})`;
      case 'not':
        return `(not coalesce(${compile(part.filter, within)}, false))`;
      case 'has': {
        const found = multi[kind][part.path];
        if (!found || within) throw unknown(part.path);
        return found.some(compile(part.filter, found));
      }
      default: {
        const [column, wrap] = columnOf(kind, part.path, within);
        return wrap(
          part.op === 'pr' ? `${column.sql} is not null` : condition(column, part.op, part.value, parameter),
        );
      }
    }
  };
  return { text: compile(filter), values };
}

const plainly = (condition: string): string => condition;

/** The column of a path, and how a condition on it is said; `emails` alone means any of its values. */
function columnOf(
  kind: ScimKind,
  path: string,
  within?: Multi,
): readonly [column: Column, wrap: (condition: string) => string] {
  const own = <T>(of: Readonly<Record<string, T>>, key: string): T | undefined =>
    Object.hasOwn(of, key) ? of[key] : undefined;
  if (within) {
    const column = own(within.parts, path);
    if (!column) throw unknown(path);
    return [column, plainly];
  }
  const simple = own(single[kind], path);
  if (simple) return [simple, plainly];
  const [attribute = '', part = 'value'] = path.split('.');
  const several = own(multi[kind], attribute);
  const column = several && own(several.parts, part);
  if (!column) throw unknown(path);
  return [column, several.some];
}

const order: Readonly<Partial<Record<Comparison, string>>> = { gt: '>', ge: '>=', lt: '<', le: '<=' };

function condition(
  column: Column,
  op: Comparison,
  value: Value,
  parameter: (value: unknown, cast: string) => string,
): string {
  const { type, sql } = column;
  if (value === null) {
    if (op === 'eq') return `${sql} is null`;
    if (op === 'ne') return `${sql} is not null`;
    throw refusal('invalidFilter', 'With null only eq and ne can be asked.');
  }
  if (type === 'boolean') {
    const wanted = booleanOf(value);
    if (wanted === undefined || (op !== 'eq' && op !== 'ne'))
      throw refusal(
        'invalidFilter',
        'An attribute that is true or false is compared with either, by eq or ne.',
      );
    return `${sql} ${op === 'eq' ? '=' : '<>'} ${parameter(wanted, 'boolean')}`;
  }
  if (type === 'time') return timeCondition(sql, op, value, parameter);
  if (typeof value !== 'string') throw refusal('invalidFilter', 'Compare this attribute with a text.');
  const given = parameter(value, 'text');
  const [a, b] = type === 'exact' ? [sql, given] : [`lower(${sql})`, `lower(${given})`];
  switch (op) {
    case 'eq':
      return 'equals' in column ? column.equals(given) : `${a} = ${b}`;
    case 'ne':
      return `${a} is distinct from ${b}`;
    case 'co':
      return `position(${b} in ${a}) > 0`;
    case 'sw':
      return `starts_with(${a}, ${b})`;
    case 'ew':
      return `right(${a}, length(${b})) = ${b}`;
    default:
      return `${a} ${order[op] ?? '='} ${b}`;
  }
}

function timeCondition(
  sql: string,
  op: Comparison,
  value: Value,
  parameter: (value: unknown, cast: string) => string,
): string {
  const signs: Readonly<Partial<Record<Comparison, string>>> = { ...order, eq: '=', ne: '<>' };
  const time =
    typeof value === 'string' && /^\d{4}-\d{2}-\d{2}T/.test(value) ? Date.parse(value) : Number.NaN;
  const sign = signs[op];
  if (Number.isNaN(time) || sign === undefined)
    throw refusal('invalidFilter', 'Compare this attribute with a time such as "2026-04-01T00:00:00Z".');
  return `date_trunc('milliseconds', ${sql}) ${sign} ${parameter(new Date(time), 'timestamptz')}`;
}
