/** What a person is called once they are erased; the end of an id is the part that no two have in common. */
export const formerName = (memberId: string): string => `Former member ${memberId.slice(-8)}`;

/** Leads nowhere, by RFC 2606, and differs for everyone. */
export const formerEmail = (memberId: string): string => `${memberId}@erased.invalid`;

/** Of a record about a person, what says nothing of who they are. */
const impersonal = new Set([
  'memberId',
  'id',
  'value',
  'type',
  '$ref',
  'schemas',
  'meta',
  'roles',
  'status',
  'active',
  'version',
  'leads',
  'createdAt',
  'changedAt',
]);

/** A reply as it was kept, without what its records about the person say of them. */
export function withoutPerson(value: unknown, memberId: string): unknown {
  if (Array.isArray(value)) return value.map((entry) => withoutPerson(entry, memberId));
  if (typeof value !== 'object' || value === null) return value;
  const record = value as Record<string, unknown>;
  const theirs = ['memberId', 'id', 'value'].some((key) => record[key] === memberId);
  return Object.fromEntries(
    Object.entries(record)
      .filter(([key]) => !theirs || impersonal.has(key))
      .map(([key, entry]) => [key, withoutPerson(entry, memberId)]),
  );
}

/** A form in which every contact with one of the addresses has become nobody. */
export function withoutContact(value: unknown, memberId: string, emails: ReadonlySet<string>): unknown {
  if (Array.isArray(value)) return value.map((entry) => withoutContact(entry, memberId, emails));
  if (typeof value !== 'object' || value === null) return value;
  const { email } = value as { email?: unknown };
  if (typeof email === 'string' && emails.has(email.toLowerCase())) {
    const { subject: _subject, ...rest } = value as Record<string, unknown>;
    return { ...rest, name: formerName(memberId), email: formerEmail(memberId) };
  }
  return Object.fromEntries(
    Object.entries(value).map(([key, entry]) => [key, withoutContact(entry, memberId, emails)]),
  );
}

/** What stands in the way of erasing somebody, as far as it is known. */
export interface Held {
  readonly leads: readonly string[];
  readonly lastAdministratorOf: readonly string[];
  readonly onRotas: readonly string[];
  readonly responsibleFor: number;
  readonly handOvers: number;
  /** Open cases they asked in practices where nobody else covers. */
  readonly uncoveredCases: number;
  readonly pendingApplications: readonly string[];
  readonly importUnderWay: boolean;
}

const cases = (count: number): string => (count === 1 ? 'one open case' : `${String(count)} open cases`);

/** What has to be settled first, one clause each with what to do; empty when nothing has. */
export function hindrances(held: Held): string[] {
  const { leads, lastAdministratorOf, onRotas, responsibleFor, handOvers, uncoveredCases } = held;
  const { pendingApplications, importUnderWay } = held;
  return [
    leads.length > 0 && `they lead ${leads.join(', ')}: name another lead`,
    lastAdministratorOf.length > 0 &&
      `they are the last administrator of ${lastAdministratorOf.join(', ')}: name another one`,
    onRotas.length > 0 && `they are on the rota of ${onRotas.join(', ')}: put somebody else there`,
    responsibleFor > 0 && `they answer for ${cases(responsibleFor)}: have them handed over`,
    handOvers > 0 && 'a hand-over from or to them is not finished: have it accepted',
    uncoveredCases > 0 &&
      `they asked ${cases(uncoveredCases)} in a practice where nobody covers: name who covers, or close them`,
    pendingApplications.length > 0 &&
      `the application ${pendingApplications.join(', ')} names them and is not decided: decide it`,
    importUnderWay && 'an import that names them is under way: wait for its end',
  ].filter((clause) => clause !== false);
}
