import { describe, expect, it } from '@jest/globals';
import { compileFilter } from './conditions.js';
import { parseFilter, parsePath } from './filter.js';

const keyword = (type: string) => ({ code: 'invalid-input', issues: [{ path: 'scimType', message: type }] });
const thrown = (work: () => unknown): unknown => {
  try {
    return work();
  } catch (error) {
    return error;
  }
};

describe('a filter', () => {
  // The examples of RFC 7644, figure 2 and section 3.4.2.2, and what they mean.
  it.each([
    ['userName eq "bjensen"', { op: 'eq', path: 'username', value: 'bjensen' }],
    [`name.familyName co "O'Malley"`, { op: 'co', path: 'name.familyname', value: "O'Malley" }],
    ['userName sw "J"', { op: 'sw', path: 'username', value: 'J' }],
    [
      'urn:ietf:params:scim:schemas:core:2.0:User:userName sw "J"',
      { op: 'sw', path: 'username', value: 'J' },
    ],
    ['title pr', { op: 'pr', path: 'title' }],
    [
      'meta.lastModified gt "2011-05-13T04:42:34Z"',
      { op: 'gt', path: 'meta.lastmodified', value: '2011-05-13T04:42:34Z' },
    ],
    [
      'title pr and userType eq "Employee"',
      {
        op: 'and',
        left: { op: 'pr', path: 'title' },
        right: { op: 'eq', path: 'usertype', value: 'Employee' },
      },
    ],
    [
      'title pr or userType eq "Intern"',
      { op: 'or', left: { op: 'pr', path: 'title' }, right: { op: 'eq', path: 'usertype', value: 'Intern' } },
    ],
    [
      'userType eq "Employee" and (emails co "example.com" or emails.value co "example.org")',
      {
        op: 'and',
        left: { op: 'eq', path: 'usertype', value: 'Employee' },
        right: {
          op: 'or',
          left: { op: 'co', path: 'emails', value: 'example.com' },
          right: { op: 'co', path: 'emails.value', value: 'example.org' },
        },
      },
    ],
    [
      'userType ne "Employee" and not (emails co "example.com")',
      {
        op: 'and',
        left: { op: 'ne', path: 'usertype', value: 'Employee' },
        right: { op: 'not', filter: { op: 'co', path: 'emails', value: 'example.com' } },
      },
    ],
    [
      'emails[type eq "work" and value co "@example.com"]',
      {
        op: 'has',
        path: 'emails',
        filter: {
          op: 'and',
          left: { op: 'eq', path: 'type', value: 'work' },
          right: { op: 'co', path: 'value', value: '@example.com' },
        },
      },
    ],
    // Precedence: not, and, or.
    [
      'a pr or b pr and c pr',
      {
        op: 'or',
        left: { op: 'pr', path: 'a' },
        right: { op: 'and', left: { op: 'pr', path: 'b' }, right: { op: 'pr', path: 'c' } },
      },
    ],
    // Operators in any mix of capitals, values of every kind.
    ['active EQ true', { op: 'eq', path: 'active', value: true }],
    ['active eq False', { op: 'eq', path: 'active', value: false }],
    ['externalId eq null', { op: 'eq', path: 'externalid', value: null }],
    ['a ge -1.5e3', { op: 'ge', path: 'a', value: -1500 }],
    [
      String.raw`a eq "quote \" and \u00e9 and ) or (b pr"`,
      { op: 'eq', path: 'a', value: 'quote " and é and ) or (b pr' },
    ],
  ])('%s', (text, meaning) => {
    expect(parseFilter(text)).toEqual(meaning);
  });

  it.each([
    '',
    '   ',
    'userName',
    'userName eq',
    'userName eq bjensen',
    'userName is "x"',
    'userName eq "x" and',
    'userName eq "x" userName eq "y"',
    '(userName pr',
    'userName pr)',
    'emails[type eq "work"',
    'emails[]',
    'not userName pr',
    '"x" eq userName',
    `userName eq 'x'`,
    'userName eq "x',
    String.raw`userName eq "\q"`,
    String.raw`userName eq "\u0000"`,
    String.raw`userName eq "\ud800"`,
    'userName eq "x"; drop table member',
    `${'('.repeat(17)}a pr${')'.repeat(17)}`,
    Array.from({ length: 101 }, () => 'a pr').join(' or '),
    `a eq "${'x'.repeat(2_000)}"`,
  ])('is refused when it is %j', (text) => {
    expect(thrown(() => parseFilter(text))).toMatchObject(keyword('invalidFilter'));
  });

  it('takes time that grows with its length only', () => {
    const started = performance.now();
    for (const part of ['(', 'not(', 'a[', 'a.', '"', 'a eq "', ' ', '1', '\\'])
      thrown(() => parseFilter(part.repeat(Math.floor(2_000 / part.length))));
    expect(performance.now() - started).toBeLessThan(500);
  });
});

describe('the path of a change', () => {
  it.each([
    ['members', { attribute: 'members' }],
    ['name.familyName', { attribute: 'name', sub: 'familyname' }],
    ['urn:ietf:params:scim:schemas:core:2.0:User:name.familyName', { attribute: 'name', sub: 'familyname' }],
    [
      'addresses[type eq "work"]',
      { attribute: 'addresses', filter: { op: 'eq', path: 'type', value: 'work' } },
    ],
    [
      'members[value eq "2819c223-7f76-453a-919d-413861904646"].displayName',
      {
        attribute: 'members',
        filter: { op: 'eq', path: 'value', value: '2819c223-7f76-453a-919d-413861904646' },
        sub: 'displayname',
      },
    ],
  ])('%s', (text, meaning) => {
    expect(parsePath(text)).toEqual(meaning);
  });

  it.each(['', 'a.b.c', 'a[b eq "c"', 'a[b eq "c"].d.e', 'a b', 'a.b[c pr]', '"a"', 'a[b pr] c'])(
    'is refused when it is %j',
    (text) => {
      expect(thrown(() => parsePath(text))).toMatchObject(keyword('invalidPath'));
    },
  );
});

describe('a condition', () => {
  const hostile = `'; drop table member; --`;

  it('has whatever a client wrote among its values, never in its text', () => {
    const { text, values } = compileFilter(
      'User',
      parseFilter(
        `userName eq "${hostile}" or emails[value sw "${hostile}" and type ne "${hostile}"] or not (externalId eq "${hostile}")`,
      ),
      2,
    );
    expect(text).not.toContain('drop');
    expect(values).toEqual([hostile, hostile, hostile, hostile]);
    expect(text.match(/\$\d+/g)).toEqual(expect.arrayContaining(['$3', '$4', '$5', '$6']));
  });

  it.each([
    'title pr',
    'password eq "x"',
    'constructor eq "x"',
    '__proto__ pr',
    'emails.constructor pr',
    'emails[userName eq "x"]',
    'groups[members[value pr]]',
    'active co "t"',
    'active eq "perhaps"',
    'userName eq 5',
    'userName gt null',
    'meta.created eq "yesterday"',
    'meta.created co "2011-05-13T04:42:34Z"',
  ])('is refused for %j', (text) => {
    expect(thrown(() => compileFilter('User', parseFilter(text), 2))).toMatchObject(keyword('invalidFilter'));
  });
});
