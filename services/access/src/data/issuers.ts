import { invalidInput } from '@definitivedx/errors';
import { statement, type Queryable, type Transaction } from '@definitivedx/db';
import type { RegisteredIssuer } from '@definitivedx/contracts';

const columns = `issuer, discovery_url as "discoveryUrl", client_id as "clientId", shared, profile,
  acr_values as "acrValues", audience`;

const all = statement<RegisteredIssuer>(
  'access.list-issuers',
  `select ${columns} from issuer s
    where exists (select from organisation_issuer os where os.issuer = s.issuer)
    order by issuer`,
);

/** Every issuer that an organisation has registered. */
export const registeredIssuers = (db: Queryable): Promise<RegisteredIssuer[]> => db.run(all, []);

const ofOrganisation = statement<{ issuer: string }>(
  'access.issuers-of-organisation',
  `select os.issuer
     from organisation o
     join organisation_issuer os on os.organisation_id = o.id
     join issuer s on s.issuer = os.issuer
    where o.ods_code = $1 and o.status = 'active'
    order by s.shared, os.added_at, os.issuer`,
);

/** The issuers of an active organisation, its own first. */
export async function issuersOf(db: Queryable, odsCode: string): Promise<string[]> {
  return (await db.run(ofOrganisation, [odsCode])).map(({ issuer }) => issuer);
}

const byName = statement<RegisteredIssuer>(
  'access.issuer',
  `select ${columns} from issuer where issuer = $1`,
);

/** An issuer, registered by whomever. */
export async function findIssuer(db: Queryable, issuer: string): Promise<RegisteredIssuer | undefined> {
  const [found] = await db.run(byName, [issuer]);
  return found;
}

const put = statement<never>(
  'access.put-issuer',
  `insert into issuer (issuer, discovery_url, client_id, shared, profile, acr_values, audience, added_at)
   values ($1, $2, $3, $4, $5, $6, $7, $8)
       on conflict (issuer) do update
      set discovery_url = excluded.discovery_url, client_id = excluded.client_id, shared = excluded.shared,
          profile = excluded.profile, acr_values = excluded.acr_values, audience = excluded.audience`,
);
const add = statement<never>(
  'access.add-issuer',
  `insert into issuer (issuer, discovery_url, client_id, shared, profile, acr_values, audience, added_at)
   values ($1, $2, $3, $4, $5, $6, $7, $8)
       on conflict (issuer) do nothing`,
);

const valuesOf = (issuer: RegisteredIssuer, at: Date): unknown[] => [
  issuer.issuer,
  issuer.discoveryUrl,
  issuer.clientId,
  issuer.shared,
  JSON.stringify(issuer.profile),
  issuer.acrValues,
  issuer.audience,
  at,
];

/** Registers an issuer, or takes the new description of one. */
export const putIssuer = (tx: Transaction, issuer: RegisteredIssuer, at: Date): void =>
  tx.later(put, valuesOf(issuer, at));

/** Registers an issuer unless it is there. */
export const addIssuer = (tx: Transaction, issuer: RegisteredIssuer, at: Date): void =>
  tx.later(add, valuesOf(issuer, at));

const accept = statement<never>(
  'access.accept-issuer',
  `insert into organisation_issuer (organisation_id, issuer, claim_value, added_at)
   select id, $2, coalesce(value, ods_code), $4
     from unnest($1::uuid[], $3::text[]) as t (organisation_id, value)
     join organisation on id = organisation_id
       on conflict (organisation_id, issuer) do update
      set claim_value = excluded.claim_value
    where organisation_issuer.claim_value <> excluded.claim_value`,
);
const acceptNew = statement<never>(
  'access.accept-new-issuer',
  `insert into organisation_issuer (organisation_id, issuer, claim_value, added_at)
   select id, $2, ods_code, $3 from organisation where id = any ($1::uuid[])
       on conflict do nothing`,
);

interface Acceptance {
  readonly organisationId: string;
  /** What the organisation claim says; the ODS code when absent. */
  readonly claimValue?: string | undefined;
}

/** From now on the organisations take sign-ins from the issuer. */
export const acceptIssuer = (
  tx: Transaction,
  issuer: string,
  organisations: readonly Acceptance[],
  at: Date,
): void =>
  tx.later(accept, [
    organisations.map(({ organisationId }) => organisationId),
    issuer,
    organisations.map(({ claimValue }) => claimValue ?? null),
    at,
  ]);

/** The same, but what an organisation said of the issuer before stays. */
export const acceptIssuerAsIs = (
  tx: Transaction,
  issuer: string,
  organisationIds: readonly string[],
  at: Date,
): void => tx.later(acceptNew, [organisationIds, issuer, at]);

const acting = statement<{ acting: boolean }>(
  'access.still-acting',
  `select exists (
            select from acting a
              join organisation_issuer os on os.organisation_id = a.organisation_id and os.issuer = t.issuer
             where a.member_id = t.member_id and a.organisation_id = t.organisation_id) as acting
     from unnest($1::uuid[], $2::uuid[], $3::text[]) with ordinality
            as t (member_id, organisation_id, issuer, place)
    order by t.place`,
);

/** Whether each of these people may act for each of these organisations, signed in with each of these issuers. */
export async function areActing(
  db: Queryable,
  places: readonly { memberId: string; organisationId: string; issuer: string }[],
): Promise<boolean[]> {
  const rows = await db.run(acting, [
    places.map(({ memberId }) => memberId),
    places.map(({ organisationId }) => organisationId),
    places.map(({ issuer }) => issuer),
  ]);
  return rows.map((row) => row.acting);
}

const forSubjects = statement<{ issuer: string; shared: boolean }>(
  'access.issuers-for-subjects',
  `select s.issuer, s.shared from organisation_issuer os join issuer s on s.issuer = os.issuer
    where os.organisation_id = $1 order by s.shared, os.added_at, s.issuer`,
);

/**
 * The sign-in issuer that an organisation's members are known to, unless another one is named: the only one it registered, or
 * the only one that is its own. Undefined when that is not clear.
 */
export async function issuerOf(db: Queryable, organisationId: string): Promise<string | undefined> {
  const found = await db.run(forSubjects, [organisationId]);
  const own = found.filter((one) => !one.shared);
  return (found.length === 1 ? found[0] : own.length === 1 ? own[0] : undefined)?.issuer;
}

/**
 * The issuer that a subject belongs to: the named one, else the organisation's own.
 * @throws AppError `invalid-input` when it has to be named, and for one that the organisation has not registered.
 */
export async function issuerFor(db: Queryable, organisationId: string, named?: string): Promise<string> {
  if (named === undefined) {
    const issuer = await issuerOf(db, organisationId);
    if (issuer !== undefined) return issuer;
    throw invalidInput('Your organisation has not just one sign-in issuer. Name the one that is meant.', [
      { path: 'issuer', message: 'Name the issuer that the subject belongs to.' },
    ]);
  }
  const found = await db.run(forSubjects, [organisationId]);
  if (found.some((one) => one.issuer === named)) return named;
  throw invalidInput('Your organisation takes no sign-ins from this issuer.', [
    { path: 'issuer', message: 'Name an issuer that your organisation has registered.' },
  ]);
}
