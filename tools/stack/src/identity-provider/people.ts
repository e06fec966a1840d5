/** Someone who can sign in to the demo. They are called by what they do; none of them exists. */
export interface DemoPerson<K extends string = string> {
  readonly key: K;
  /** The `sub` claim. */
  readonly subject: string;
  readonly name: string;
  readonly email: string;
  /** How strongly they prove who they are: CIS2's authenticator assurance level. */
  readonly acr: 'AAL1' | 'AAL2';
  /** What to try with this person. */
  readonly hint: string;
}

const person = <K extends string>(
  key: K,
  name: string,
  hint: string,
  acr: DemoPerson['acr'] = 'AAL2',
): DemoPerson<K> => ({ key, subject: `demo-${key}`, name, email: `${key}@demo.invalid`, acr, hint });

/** Everyone the development identity provider knows. The seed registers the same people. */
export const people = [
  person('gp', 'Demo GP (North Practice)', 'Shares cases'),
  person('gp-two', 'Demo GP (South Practice)', 'Another practice: invited to nothing'),
  person('specialist-on-call', 'Demo specialist on call', 'On call now for the panel'),
  person('specialist-two', 'Demo specialist, panel lead', 'Next on call, and leads the panel'),
  person('programme-lead', 'Demo programme lead', 'Reads what the programme achieves'),
  person('trust-admin', 'Demo trust administrator', "Looks after the trust's members and panels"),
  person('operator', 'Demo platform operator', 'Runs the platform, sees no content'),
  person('weak-gp', 'Demo GP without strong sign-in', 'Is refused: a password alone is not enough', 'AAL1'),
] as const;

/** Whom a trust's own issuer knows: one that has yet to come in. The seed registers none of them. */
export const trustPeople = [
  person('new-trust-admin', 'Demo administrator of a new trust', 'Brings a trust in that is not there yet'),
  person('new-trust-specialist', 'Demo specialist of a new trust', 'Is brought in by its administrator'),
  person(
    'weak-trust-admin',
    'The same without strong sign-in',
    'Is refused: a password alone is not enough',
    'AAL1',
  ),
] as const;

/** Everyone one of the development issuers knows. */
export type People = readonly DemoPerson[];

export type DemoKey = (typeof people)[number]['key'];

export const personByKey = (known: People, key: string): DemoPerson | undefined =>
  known.find((p) => p.key === key);
export const personBySubject = (known: People, subject: string): DemoPerson | undefined =>
  known.find((p) => p.subject === subject);
