import { randomBytes } from 'node:crypto';
import { v7 } from 'uuid';
import type { Caller } from '@definitivedx/auth';
import type { ServiceContext } from '@definitivedx/bus';
import type {
  ApplicationForm,
  InputOf,
  ReplyOf,
  checkApplication as checkContract,
  submitApplication as contract,
} from '@definitivedx/contracts';
import type { Queryable } from '@definitivedx/db';
import { AppError, conflict, invalidInput } from '@definitivedx/errors';
import { currentTraceId } from '@definitivedx/telemetry';
import { appendAuditWith } from '../data/audit.js';
import { holderOf, insertApplication, progressOf } from '../data/applications.js';
import { findIssuer } from '../data/issuers.js';
import { issuesOf, referenceOf } from '../domain/application.js';

/**
 * What can be refused without asking anybody outside.
 * @throws AppError `invalid-input`, or `conflict` for an organisation that is registered or has applied.
 */
export async function checkApplication(
  service: ServiceContext,
  _caller: Caller,
  { form }: InputOf<typeof checkContract>,
): Promise<ReplyOf<typeof checkContract>> {
  await assertAcceptable(service.db, form);
  return {};
}

/**
 * Takes an application whose issuer the gateway has reached.
 * @throws AppError as `checkApplication`, and `conflict` for an issuer that is another organisation's own.
 */
export async function submitApplication(
  service: ServiceContext,
  _caller: Caller,
  { form, issuer, secretHash, from }: InputOf<typeof contract>,
): Promise<ReplyOf<typeof contract>> {
  const submittedAt = service.clock.now();
  const application = await service.db.transaction(async (tx) => {
    await assertAcceptable(tx, form);
    await assertOpenToAll(tx, issuer);
    const applicationId = v7();
    const kept = await insertApplication(tx, {
      applicationId,
      reference: referenceOf(randomBytes(10)),
      ...{ secretHash, issuer, form, submittedAt },
    });
    if (!kept) throw taken('application', form.odsCode);
    appendAuditWith(tx, {
      at: submittedAt,
      actor: { kind: 'unknown', id: null, organisationId: null, from },
      act: 'application.submit',
      outcome: 'allowed',
      subjectId: applicationId,
      detail: { odsCode: form.odsCode },
      traceId: currentTraceId(),
    });
    return kept;
  });
  return progressOf(application);
}

async function assertAcceptable(db: Queryable, form: ApplicationForm): Promise<void> {
  const issues = issuesOf(form);
  if (issues.length > 0) throw invalidInput('Please correct the places named, and apply again.', issues);
  const holder = await holderOf(db, form.odsCode);
  if (holder) throw taken(holder, form.odsCode);
}

/** @throws AppError `conflict` for an issuer that one organisation has for itself. */
export async function assertOpenToAll(db: Queryable, issuer: string): Promise<void> {
  const known = await findIssuer(db, issuer);
  if (!known || known.shared) return;
  throw new AppError('conflict', 'Another organisation signs in with this issuer. Ask the operators first.', {
    issues: [{ path: 'issuer.discoveryUrl', message: 'is registered by another organisation' }],
  });
}

const taken = (holder: 'organisation' | 'application', odsCode: string): AppError =>
  conflict(
    holder === 'organisation'
      ? `${odsCode} is registered already. Ask its administrator to add you.`
      : `An application for ${odsCode} is being looked at already. Ask whoever sent it for its reference.`,
  );
