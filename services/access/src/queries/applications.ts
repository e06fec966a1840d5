import type { Caller } from '@definitivedx/auth';
import type { ServiceContext } from '@definitivedx/bus';
import type {
  InputOf,
  ReplyOf,
  applicationProgress as progressContract,
  listApplications as listContract,
} from '@definitivedx/contracts';
import { notFound } from '@definitivedx/errors';
import { applicationBySecret, applications, progressOf } from '../data/applications.js';
import { assertOperator } from '../data/directory.js';

const pageSize = 50;

/** How far an application is. @throws AppError `not-found` without its secret, whether it exists or not. */
export async function applicationProgress(
  service: ServiceContext,
  _caller: Caller,
  { reference, secretHash }: InputOf<typeof progressContract>,
): Promise<ReplyOf<typeof progressContract>> {
  const application = await applicationBySecret(service.db, reference, secretHash);
  if (!application) throw notFound('application');
  return progressOf(application);
}

/** Applications, the newest first, a page at a time. */
export async function listApplications(
  service: ServiceContext,
  caller: Caller,
  { status, before }: InputOf<typeof listContract>,
): Promise<ReplyOf<typeof listContract>> {
  await assertOperator(service.db, caller);
  const found = await applications(service.db, status, before, pageSize);
  return {
    applications: found.map((application) => ({
      ...progressOf(application),
      applicationId: application.applicationId,
      issuer: application.issuer,
      form: application.form,
    })),
  };
}
