import { describe, expect, it } from '@jest/globals';
import { formerEmail, formerName, hindrances, withoutContact, withoutPerson, type Held } from './erasure.js';

const memberId = '01890000-0000-7000-8000-00000000abcd';
const other = '01890000-0000-7000-8000-000000001111';

describe('a kept reply without a person', () => {
  it('keeps ids, roles and times of them, and everything of others', () => {
    const reply = {
      panelId: other,
      name: 'General paediatrics',
      members: [
        { memberId, name: 'Gone', email: 'gone@demo.invalid', roles: ['clinician'], leads: false },
        { memberId: other, name: 'Here' },
      ],
    };
    expect(withoutPerson(reply, memberId)).toEqual({
      ...reply,
      members: [
        { memberId, roles: ['clinician'], leads: false },
        { memberId: other, name: 'Here' },
      ],
    });
  });

  it('knows the person in a SCIM user and in a member of a SCIM group', () => {
    const user = { id: memberId, userName: 'gone', name: { formatted: 'Gone' }, active: true };
    expect(withoutPerson(user, memberId)).toEqual({ id: memberId, active: true });
    expect(withoutPerson({ members: [{ value: memberId, display: 'Gone' }] }, memberId)).toEqual({
      members: [{ value: memberId }],
    });
  });
});

it('a form without a contact has nobody in their place, in whatever case their address was written', () => {
  const form = {
    contacts: {
      one: { name: 'Gone', email: 'Gone@demo.invalid' },
      two: { name: 'Here', email: 'here@demo.invalid' },
    },
    administrator: { name: 'Gone', email: 'gone@demo.invalid', subject: 'gone' },
  };
  const nobody = { name: formerName(memberId), email: formerEmail(memberId) };
  expect(withoutContact(form, memberId, new Set(['gone@demo.invalid']))).toEqual({
    contacts: { one: nobody, two: form.contacts.two },
    administrator: nobody,
  });
});

describe('what stands in the way', () => {
  const nothing: Held = {
    leads: [],
    lastAdministratorOf: [],
    onRotas: [],
    responsibleFor: 0,
    handOvers: 0,
    uncoveredCases: 0,
    pendingApplications: [],
    importUnderWay: false,
  };

  it('is nothing when nothing does', () => {
    expect(hindrances(nothing)).toEqual([]);
  });

  it.each<[Partial<Held>, string]>([
    [{ leads: ['A', 'B'] }, 'they lead A, B'],
    [{ lastAdministratorOf: ['A'] }, 'last administrator of A'],
    [{ onRotas: ['A'] }, 'on the rota of A'],
    [{ responsibleFor: 1 }, 'answer for one open case'],
    [{ responsibleFor: 2 }, 'answer for 2 open cases'],
    [{ handOvers: 1 }, 'hand-over'],
    [{ uncoveredCases: 3 }, 'asked 3 open cases'],
    [{ pendingApplications: ['APP-1'] }, 'application APP-1'],
    [{ importUnderWay: true }, 'import'],
  ])('is said with what to do: %j', (held, words) => {
    const [clause, ...rest] = hindrances({ ...nothing, ...held });
    expect(rest).toEqual([]);
    expect(clause).toContain(words);
    expect(clause).toContain(': ');
  });
});
