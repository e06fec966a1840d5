import type { Caller } from '@definitivedx/auth';
import type { ServiceContext } from '@definitivedx/bus';
import type { InputOf, ReplyOf, identifyMember as contract } from '@definitivedx/contracts';
import { AppError, forbidden } from '@definitivedx/errors';
import { currentTraceId } from '@definitivedx/telemetry';
import { appendAudit } from '../data/audit.js';
import { consentOf } from '../data/consents.js';
import { identityRows, type IdentityRow } from '../data/identities.js';
import { consentIsCurrent } from '../domain/consent.js';
import { actingAs } from '../domain/membership.js';

type Input = InputOf<typeof contract>;

/**
 * Who a verified sign-in identity is and which organisation they act as. A sign-in, let in or not, is written to the
 * audit; if that fails, nobody is signed in.
 * @throws AppError `forbidden`, saying whom to ask, without an active account or place in the organisation.
 */
export async function identifyMember(
  service: ServiceContext,
  _caller: Caller,
  input: Input,
): Promise<ReplyOf<typeof contract>> {
  const now = service.clock.now();
  const rows = await identityRows(service.db, input.issuer, input.subject);
  const person = personOf(rows, input.odsCode);
  if (input.signIn) {
    const refused = person instanceof AppError;
    await appendAudit(service.db, {
      at: now,
      actor: {
        ...(rows[0] ? { kind: 'member', id: rows[0].memberId } : { kind: 'unknown', id: null }),
        organisationId: refused ? null : person.organisationId,
        from: input.from,
      },
      act: 'sign-in',
      outcome: refused ? 'refused' : 'allowed',
      traceId: currentTraceId(),
    });
  }
  if (person instanceof AppError) throw person;
  return { ...person, consented: consentIsCurrent(await consentOf(service.db, person.memberId, now)) };
}

function personOf(
  rows: readonly IdentityRow[],
  odsCode?: string,
): Omit<ReplyOf<typeof contract>, 'consented'> | AppError {
  const [first] = rows;
  // The same sentence for both: who was disabled learns it from their administrator.
  if (first?.status !== 'active') {
    return forbidden(
      "There is no account for this sign-in. Ask your organisation's administrator to register you.",
    );
  }
  return actingAs(rows.flatMap(toPlace), odsCode);
}

const toPlace = ({ memberId, name, organisationId, organisation, odsCode, roles }: IdentityRow) =>
  organisationId === null || organisation === null || odsCode === null || roles === null
    ? []
    : [{ memberId, name, organisationId, organisation, odsCode, roles }];
