import { invalidInput } from '@definitivedx/errors';
import { asking, statement, type Asked, type Queryable } from '@definitivedx/db';

const used = statement<{ issuer: string }>(
  'access.issuers-in-use',
  `select distinct i.issuer from membership ms join identity i on i.member_id = ms.member_id
    where ms.organisation_id = $1 limit 2`,
);

const usedBy = (organisationId: string): Asked<{ issuer: string }> => asking(used, [organisationId]);

/** The sign-in issuer of an organisation's people: the only one they use. Undefined when there is none, or more than one. */
export async function issuerOf(db: Queryable, organisationId: string): Promise<string | undefined> {
  const [found] = await db.runAll(usedBy(organisationId));
  return found.length === 1 ? found[0]?.issuer : undefined;
}

/**
 * The issuer that subjects of an organisation belong to: the named one, else its own.
 * @throws AppError `invalid-input` when it has to be named.
 */
export async function issuerFor(db: Queryable, organisationId: string, named?: string): Promise<string> {
  const issuer = named ?? (await issuerOf(db, organisationId));
  if (issuer !== undefined) return issuer;
  throw invalidInput('Your organisation has not just one sign-in issuer. Name the one that is meant.', [
    { path: 'issuer', message: 'Name the issuer that the subject belongs to.' },
  ]);
}
