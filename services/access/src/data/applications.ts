import { statement, type Queryable, type Transaction } from '@definitivedx/db';
import type { ApplicationForm } from '@definitivedx/contracts';

/** An application as it is kept. */
export interface Application {
  readonly applicationId: string;
  readonly reference: string;
  readonly odsCode: string;
  readonly issuer: string;
  readonly form: ApplicationForm;
  readonly status: 'pending' | 'approved' | 'refused';
  readonly reason: string | null;
  readonly submittedAt: Date;
  readonly decidedAt: Date | null;
  readonly organisationId: string | null;
  readonly administratorId: string | null;
}

const columns = `id as "applicationId", reference, ods_code as "odsCode", issuer, form, status, reason,
  submitted_at as "submittedAt", decided_at as "decidedAt", organisation_id as "organisationId",
  administrator_id as "administratorId"`;

const known = statement<{ what: 'organisation' | 'application' }>(
  'access.ods-code-taken',
  `select 'organisation' as what from organisation where ods_code = $1
   union all
   select 'application' from application where ods_code = $1 and status = 'pending'
    order by what desc`,
);

/** What has the ODS code already, if anything. */
export async function holderOf(
  db: Queryable,
  odsCode: string,
): Promise<'organisation' | 'application' | undefined> {
  const [holder] = await db.run(known, [odsCode]);
  return holder?.what;
}

const insert = statement<Application>(
  'access.insert-application',
  `insert into application (id, reference, secret_hash, ods_code, issuer, form, submitted_at)
   values ($1, $2, $3, $4, $5, $6, $7)
       on conflict (ods_code) where status = 'pending' do nothing
   returning ${columns}`,
);

/** Keeps an application; undefined when another one for the same organisation came first. */
export async function insertApplication(
  tx: Transaction,
  one: {
    applicationId: string;
    reference: string;
    secretHash: string;
    issuer: string;
    form: ApplicationForm;
    submittedAt: Date;
  },
): Promise<Application | undefined> {
  const [kept] = await tx.run(insert, [
    one.applicationId,
    one.reference,
    one.secretHash,
    one.form.odsCode,
    one.issuer,
    JSON.stringify(one.form),
    one.submittedAt,
  ]);
  return kept;
}

const withSecret = statement<Application>(
  'access.application-by-secret',
  `select ${columns} from application where reference = $1 and secret_hash = $2`,
);

/** The application, for whoever has its secret. */
export async function applicationBySecret(
  db: Queryable,
  reference: string,
  secretHash: string,
): Promise<Application | undefined> {
  const [found] = await db.run(withSecret, [reference, secretHash]);
  return found;
}

const lock = statement<Application>(
  'access.lock-application',
  `select ${columns} from application where reference = $1 for update`,
);

/** The application, locked, so that it is decided once. */
export async function lockApplication(tx: Transaction, reference: string): Promise<Application | undefined> {
  const [found] = await tx.run(lock, [reference]);
  return found;
}

const list = statement<Application>(
  'access.list-applications',
  `select ${columns} from application
    where ($1::text is null or status = $1) and ($2::uuid is null or id < $2)
    order by id desc
    limit $3`,
);

/** Applications, the newest first. */
export const applications = (
  db: Queryable,
  status: Application['status'] | undefined,
  before: string | undefined,
  limit: number,
): Promise<Application[]> => db.run(list, [status ?? null, before ?? null, limit]);

const decide = statement<Application>(
  'access.decide-application',
  `update application
      set status = $2, reason = $3, decided_at = $4, decided_by = $5, organisation_id = $6, administrator_id = $7
    where id = $1 and status = 'pending'
   returning ${columns}`,
);

interface Decision {
  readonly status: 'approved' | 'refused';
  readonly at: Date;
  /** The member who decided; null for the operator's tool. */
  readonly by: string | null;
  readonly reason?: string;
  readonly organisationId?: string;
  readonly administratorId?: string;
}

/** Decides a pending application, which the caller holds locked. */
export async function decideApplication(
  tx: Transaction,
  applicationId: string,
  { status, at, by, reason, organisationId, administratorId }: Decision,
): Promise<Application> {
  const [decided] = await tx.run(decide, [
    applicationId,
    status,
    reason ?? null,
    at,
    by,
    organisationId ?? null,
    administratorId ?? null,
  ]);
  if (!decided) throw new Error('a locked application was decided elsewhere');
  return decided;
}

/** As its applicant sees it. */
export const progressOf = (application: Application) => ({
  reference: application.reference,
  odsCode: application.odsCode,
  status: application.status,
  reason: application.reason,
  submittedAt: application.submittedAt.toISOString(),
  decidedAt: application.decidedAt?.toISOString() ?? null,
});
