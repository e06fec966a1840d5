import { describe, expect, it } from '@jest/globals';
import { readGroup } from './group.js';
import { applyPatch, type Operation } from './patch.js';
import { readUser, writeUser, type ScimUser } from './user.js';

const keyword = (type: string) => ({ code: 'invalid-input', issues: [{ path: 'scimType', message: type }] });
const babs: ScimUser = {
  userName: 'bjensen@example.com',
  externalId: '701984',
  name: 'Ms. Barbara Jensen',
  givenName: 'Barbara',
  familyName: 'Jensen',
  email: 'bjensen@example.com',
  roles: ['clinician'],
  active: true,
};
const patched = (...operations: Operation[]): ScimUser =>
  readUser(applyPatch('User', writeUser(babs), operations), babs);
const thrown = (work: () => unknown): unknown => {
  try {
    return work();
  } catch (error) {
    return error;
  }
};

describe('a change of a user', () => {
  const cases: [string, Operation, Partial<ScimUser>][] = [
    ['replaces a simple attribute', { op: 'replace', path: 'userName', value: 'babs' }, { userName: 'babs' }],
    [
      'without a path',
      { op: 'replace', value: { displayName: 'Babs', active: false } },
      { name: 'Babs', active: false },
    ],
    ['disables as Entra writes it', { op: 'replace', path: 'active', value: 'False' }, { active: false }],
    [
      'disables as Entra writes it without a path',
      { op: 'replace', value: { active: 'False' } },
      { active: false },
    ],
    ['names a part', { op: 'replace', path: 'name.familyName', value: 'Smith' }, { familyName: 'Smith' }],
    [
      'names a whole by its formatted form',
      { op: 'replace', path: 'name.formatted', value: 'B. J.' },
      { name: 'B. J.' },
    ],
    [
      'picks a value by a filter',
      { op: 'replace', path: 'emails[type eq "work"].value', value: 'b@example.org' },
      { email: 'b@example.org' },
    ],
    [
      'with the schema before the name',
      { op: 'replace', path: 'urn:ietf:params:scim:schemas:core:2.0:User:userName', value: 'babs' },
      { userName: 'babs' },
    ],
    [
      'with paths as keys',
      { op: 'add', value: { 'emails[type eq "work"].value': 'b@example.org', 'name.givenName': 'Babs' } },
      { email: 'b@example.org', givenName: 'Babs' },
    ],
    [
      'adds the primary of several',
      { op: 'add', path: 'emails', value: [{ value: 'home@example.org', type: 'home', primary: true }] },
      { email: 'home@example.org' },
    ],
    [
      'adds a role',
      { op: 'add', path: 'roles', value: [{ value: 'specialist' }] },
      { roles: ['clinician', 'specialist'] },
    ],
    [
      'takes the role that Entra wraps',
      {
        op: 'replace',
        path: 'roles',
        value: [
          {
            primary: 'True',
            value:
              '{"id":"18d14569-c3bd-439b-9a66-3a2aee01d14f","value":"specialist","displayName":"Specialist"}',
          },
        ],
      },
      { roles: ['specialist'] },
    ],
    [
      'takes the role that Entra picks by its primary',
      { op: 'add', path: 'roles[primary eq "True"].value', value: 'organisation-admin' },
      { roles: ['clinician', 'organisation-admin'] },
    ],
    [
      'removes a value by a filter',
      { op: 'remove', path: 'roles[value eq "clinician"]' },
      { roles: ['clinician'] },
    ],
    ['removes an attribute', { op: 'remove', path: 'externalId' }, { externalId: null }],
    ['passes over what is not kept', { op: 'add', path: 'nickName', value: 'Babs' }, {}],
    [
      'passes over extensions',
      {
        op: 'add',
        path: 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department',
        value: 'Wards',
      },
      {},
    ],
    [
      'passes over its own id',
      { op: 'replace', value: { id: 'x', schemas: ['y'], userName: 'babs' } },
      { userName: 'babs' },
    ],
  ];
  it.each(cases)('%s', (_what, operation, changed) => {
    expect(patched(operation)).toEqual({ ...babs, ...changed });
  });

  it('follows the order of the operations', () => {
    expect(
      patched(
        { op: 'replace', path: 'displayName', value: 'One' },
        { op: 'replace', path: 'displayName', value: 'Two' },
      ),
    ).toMatchObject({ name: 'Two' });
  });

  const refused: [string, Operation, string][] = [
    ['removing nothing named', { op: 'remove' }, 'noTarget'],
    ['a value that is no object, without a path', { op: 'add', value: 'x' }, 'invalidValue'],
    ['a path that is none', { op: 'replace', path: 'emails[type', value: 'x' }, 'invalidPath'],
    ['an attribute there is not', { op: 'replace', path: 'wardrobe', value: 'x' }, 'invalidPath'],
    ['a read-only attribute', { op: 'replace', path: 'id', value: 'x' }, 'mutability'],
    ['groups, which are changed by themselves', { op: 'add', path: 'groups', value: [] }, 'mutability'],
    ['no value', { op: 'replace', path: 'userName' }, 'invalidValue'],
    [
      'a filter that picks nothing and says no value',
      { op: 'replace', path: 'emails[value co "nowhere"].value', value: 'y' },
      'noTarget',
    ],
    ['parts of a simple attribute', { op: 'replace', path: 'userName.x', value: 'y' }, 'invalidPath'],
    ['removing what is needed', { op: 'remove', path: 'userName' }, 'invalidValue'],
    ['a state that is none', { op: 'replace', path: 'active', value: 'perhaps' }, 'invalidValue'],
    [
      'a role that there is not',
      { op: 'replace', path: 'roles', value: [{ value: 'operator' }] },
      'invalidValue',
    ],
    ['an address that is none', { op: 'replace', path: 'emails', value: [{ value: 'x' }] }, 'invalidValue'],
    ['a name of two lines', { op: 'replace', path: 'displayName', value: 'a\r\nb' }, 'invalidValue'],
  ];
  it.each(refused)('refuses %s', (_what, operation, type) => {
    expect(thrown(() => patched(operation))).toMatchObject(keyword(type));
  });

  it('never changes the resource it begins with', () => {
    const resource = writeUser(babs);
    const copy = structuredClone(resource);
    applyPatch('User', resource, [
      { op: 'add', path: 'emails', value: [{ value: 'x@example.org', primary: true }] },
    ]);
    expect(resource).toEqual(copy);
  });
});

describe('a change of a group', () => {
  const [one, two] = ['2819c223-7f76-453a-919d-413861904646', '902c246b-6245-4190-8e05-00816be7344a'];
  const group = { displayName: 'Panel', members: [{ value: one, display: 'One' }] };
  const members = (...operations: Operation[]): readonly string[] =>
    readGroup(applyPatch('Group', group, operations)).memberIds;

  // RFC 7644, section 3.5.2: figures 4 and on.
  it.each<[string, Operation, readonly string[]]>([
    ['adds a member', { op: 'add', path: 'members', value: [{ display: 'Two', value: two }] }, [one, two]],
    ['adds one that is there', { op: 'add', path: 'members', value: [{ value: one }] }, [one]],
    ['removes one by a filter', { op: 'remove', path: `members[value eq "${one}"]` }, []],
    ['removes one by value, as Entra does', { op: 'remove', path: 'members', value: [{ value: one }] }, []],
    ['removes all', { op: 'remove', path: 'members' }, []],
    ['replaces all', { op: 'replace', path: 'members', value: [{ value: two }] }, [two]],
    ['replaces all without a path', { op: 'replace', value: { members: [{ value: two }] } }, [two]],
  ])('%s', (_what, operation, expected) => {
    expect(members(operation)).toEqual(expected);
  });
});
