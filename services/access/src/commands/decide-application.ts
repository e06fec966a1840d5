import { v7 } from 'uuid';
import { asMember, type Caller } from '@definitivedx/auth';
import type { ServiceContext } from '@definitivedx/bus';
import type {
  InputOf,
  ReplyOf,
  approveApplication as approveContract,
  refuseApplication as refuseContract,
} from '@definitivedx/contracts';
import type { Transaction } from '@definitivedx/db';
import { conflict, notFound } from '@definitivedx/errors';
import { currentTraceId } from '@definitivedx/telemetry';
import { actorOf, appendAuditWith } from '../data/audit.js';
import {
  decideApplication,
  holderOf,
  lockApplication,
  progressOf,
  type Application,
} from '../data/applications.js';
import { assertOperator } from '../data/directory.js';
import { Identity, Member, Membership, Organisation } from '../data/entities.js';
import { identityOwner, inviteIdentity } from '../data/identities.js';
import { acceptIssuer, addIssuer } from '../data/issuers.js';
import { lockRegistration } from '../data/registration.js';
import { issuerOf } from '../domain/application.js';
import { assertOpenToAll } from './submit-application.js';

/**
 * Approves an application: organisation, issuer and first administrator are there at once, or none of them. An issuer
 * that is there already stays as it is. Repeating it gives the same reply.
 * @throws AppError `not-found`, or `conflict` for one that was refused or whose organisation came in another way.
 */
export async function approveApplication(
  service: ServiceContext,
  caller: Caller,
  { reference }: InputOf<typeof approveContract>,
): Promise<ReplyOf<typeof approveContract>> {
  await assertOperator(service.db, caller);
  const at = service.clock.now();
  return service.db.transaction(async (tx) => {
    await lockRegistration(tx);
    const application = await mustLock(tx, reference);
    if (application.status === 'refused')
      throw conflict('This application was refused. The organisation can apply again.');
    const { organisationId, administratorId } = application;
    if (organisationId !== null && administratorId !== null)
      return { reference, organisationId, administratorId };
    const made = await onboard(tx, application, at);
    await decideApplication(tx, application.applicationId, {
      status: 'approved',
      at,
      by: deciderOf(caller),
      ...made,
    });
    audit(tx, caller, 'application.approve', application, at);
    return { reference, ...made };
  });
}

/**
 * Refuses an application, with a reason for the applicant. Repeating it keeps the first reason.
 * @throws AppError `not-found`, or `conflict` for one that was approved.
 */
export async function refuseApplication(
  service: ServiceContext,
  caller: Caller,
  { reference, reason }: InputOf<typeof refuseContract>,
): Promise<ReplyOf<typeof refuseContract>> {
  await assertOperator(service.db, caller);
  const at = service.clock.now();
  return service.db.transaction(async (tx) => {
    const application = await mustLock(tx, reference);
    if (application.status === 'approved')
      throw conflict('This application was approved. Close the organisation instead.');
    if (application.status === 'refused') return progressOf(application);
    const refused = await decideApplication(tx, application.applicationId, {
      status: 'refused',
      at,
      by: deciderOf(caller),
      reason,
    });
    audit(tx, caller, 'application.refuse', application, at);
    return progressOf(refused);
  });
}

async function mustLock(tx: Transaction, reference: string): Promise<Application> {
  const application = await lockApplication(tx, reference);
  if (!application) throw notFound('application');
  return application;
}

async function onboard(
  tx: Transaction,
  { form, issuer }: Application,
  at: Date,
): Promise<{ organisationId: string; administratorId: string }> {
  if ((await holderOf(tx, form.odsCode)) === 'organisation')
    throw conflict(`${form.odsCode} was registered in the meantime. Refuse this application.`);
  await assertOpenToAll(tx, issuer);
  const organisationId = v7();
  await tx.em.insert(Organisation, {
    id: organisationId,
    odsCode: form.odsCode,
    name: form.legalName,
    kind: form.kind,
  });
  addIssuer(tx, issuerOf(issuer, form.issuer), at);
  acceptIssuer(tx, issuer, [{ organisationId, claimValue: form.issuer.claimValue }], at);
  const administratorId = await administratorOf(tx, form.administrator, issuer);
  await tx.em.insert(Membership, {
    memberId: administratorId,
    organisationId,
    roles: ['organisation-admin'],
    // Behind the places that somebody who is a member already has.
    position: await tx.em.count(Membership, { memberId: administratorId }),
  });
  return { organisationId, administratorId };
}

/** The first administrator: whoever the issuer calls so, else the first to sign in with that mail address. */
async function administratorOf(
  tx: Transaction,
  { name, email, subject }: Application['form']['administrator'],
  issuer: string,
): Promise<string> {
  const known = subject === undefined ? undefined : await identityOwner(tx, issuer, subject);
  if (known) return known.memberId;
  const memberId = v7();
  await tx.em.insert(Member, { id: memberId, name, email });
  if (subject === undefined) inviteIdentity(tx, issuer, email, memberId);
  else await tx.em.insert(Identity, { issuer, subject, memberId });
  return memberId;
}

const deciderOf = (caller: Caller): string | null =>
  caller.kind === 'service' ? null : asMember(caller).memberId;

const audit = (
  tx: Transaction,
  caller: Caller,
  act: 'application.approve' | 'application.refuse',
  { applicationId, odsCode }: Application,
  at: Date,
): void =>
  appendAuditWith(tx, {
    at,
    actor: actorOf(caller),
    act,
    outcome: 'allowed',
    subjectId: applicationId,
    detail: { odsCode },
    traceId: currentTraceId(),
  });
