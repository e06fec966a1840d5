import type { Role } from '@definitivedx/contracts';
import { roleOf, type Part, type Stage } from './cast.js';

export interface Asked {
  readonly method: string;
  readonly path: string;
  /** JSON, or CSV when it is a string. */
  readonly body?: unknown;
  readonly headers?: Record<string, string>;
}

export type Expected = 'through' | 'not-signed-in' | 'forbidden' | 'consent-required' | 'not-found';

export interface Route {
  readonly request: (stage: Stage) => Asked;
  readonly expected: (part: Part) => Expected;
  /** The route is about a case by its id: a stranger's answer must be that of an id that does not exist. */
  readonly unknown?: boolean;
}

/** Those who get past the door: everyone else is told the same by every route. */
export const atTheDoor = (part: Part, { beforeConsent = false } = {}): Expected | undefined => {
  if (part === 'anonymous') return 'not-signed-in';
  if (part === 'disabled') return 'forbidden';
  if (part === 'unconsented' && !beforeConsent) return 'consent-required';
  return undefined;
};

export const id = '01890000-0000-7000-8000-000000000001';
export const asks =
  (method: string, path: string, body?: unknown, headers?: Record<string, string>) => (): Asked => ({
    method,
    path,
    ...(body === undefined ? {} : { body }),
    ...(headers === undefined ? {} : { headers }),
  });

/** Open to anyone, signed in or not. */
export const open = (request: Route['request']): Route => ({ request, expected: () => 'through' });

/** For any member. */
export const member = (request: Route['request'], options: { beforeConsent?: boolean } = {}): Route => ({
  request,
  expected: (part) => atTheDoor(part, options) ?? 'through',
});

/** For members with one of these roles; a role is had in the organisation one acts for. */
export const role = (roles: readonly Role[], request: Route['request']): Route => ({
  request,
  expected: (part) => atTheDoor(part) ?? (roles.includes(roleOf(part)!) ? 'through' : 'forbidden'),
});

/** The same, refused at the door already, before it is asked what they have consented to. */
export const doorRole = (roles: readonly Role[], request: Route['request']): Route => ({
  request,
  expected: (part) => {
    const theirs = roleOf(part);
    return theirs === null || part === 'disabled' || roles.includes(theirs)
      ? (atTheDoor(part) ?? 'through')
      : 'forbidden';
  },
});

/** For one administrator, about something of their organisation; to the others there is no such thing. */
export const ofAdmin = (admin: Part, request: Route['request']): Route => ({
  request,
  expected: (part) => {
    const { expected } = doorRole(['organisation-admin'], request);
    return expected(part) === 'through' && part !== admin ? 'not-found' : expected(part);
  },
});

/** For administrators, about something that does not exist; programs and other organisations are other tests' matter. */
export const adminOnly = (request: Route['request']): Route => ({
  request,
  expected: (part) => {
    const expected = doorRole(['organisation-admin'], request).expected(part);
    return expected === 'through' ? 'not-found' : expected;
  },
});
export const inOrganisation = (method: string, rest: string, body?: unknown) =>
  asks(method, `/api/v1/organisation/${rest}`, body);
export const admin = (method: string, rest: string, body?: unknown) =>
  doorRole(['organisation-admin'], inOrganisation(method, rest, body));
export const adminOnAn = (method: string, rest: string, body?: unknown) =>
  adminOnly(inOrganisation(method, rest, body));

/** For operators alone, about something that does not exist. */
export const operatorOnAn = (request: Route['request']): Route => ({
  request,
  expected: (part) => {
    const expected = doorRole(['operator'], request).expected(part);
    return expected === 'through' ? 'not-found' : expected;
  },
});

export const clinical: readonly Role[] = ['clinician', 'specialist'];
export const anyRole: readonly Role[] = [...clinical, 'organisation-admin', 'programme-lead', 'operator'];

/** For members with one of these roles, about something that does not exist. */
export const notThere = (roles: readonly Role[], request: Route['request']): Route => ({
  request,
  expected: (part) => {
    const expected = role(roles, request).expected(part);
    return expected === 'through' ? 'not-found' : expected;
  },
});

/** About the case: for those in one of these relations; to everyone else with such a role there is no such case. */
export const onCase = (
  allowed: readonly Part[],
  roles: readonly Role[],
  request: (stage: Stage) => Asked,
  but: Partial<Record<Part, Expected>> = {},
): Route => ({
  request,
  unknown: true,
  expected: (part) =>
    atTheDoor(part) ??
    but[part] ??
    (!roles.includes(roleOf(part)!) ? 'forbidden' : allowed.includes(part) ? 'through' : 'not-found'),
});

export const askingSide: readonly Part[] = ['requester', 'cover'];
export const controlling: readonly Part[] = [...askingSide, 'delegate'];
export const taking: readonly Part[] = [...controlling, 'panelMember', 'invited'];
export const reading: readonly Part[] = [...taking, 'governance'];

export const caseAt =
  (method: string, rest = '', body?: unknown, headers?: Record<string, string>) =>
  (stage: Stage) =>
    asks(method, `/api/v1/cases/${stage.caseId}${rest}`, body, headers)();
