import type { Caller } from '@definitivedx/auth';
import type { ServiceContext } from '@definitivedx/bus';
import type { InputOf, ReplyOf, identifyMember as contract } from '@definitivedx/contracts';
import { AppError, forbidden } from '@definitivedx/errors';
import { currentTraceId } from '@definitivedx/telemetry';
import { appendAudit, appendAuditWith } from '../data/audit.js';
import { consentOf } from '../data/consents.js';
import { identityRows, takeInvitation, type IdentityRow } from '../data/identities.js';
import { consentIsCurrent } from '../domain/consent.js';
import { actingAs, placesOf, type Place } from '../domain/membership.js';

type Input = InputOf<typeof contract>;
type Person = Omit<ReplyOf<typeof contract>, 'consented'>;

/**
 * Who a verified sign-in identity is and which organisation they act as. A sign-in, and a switch to another
 * organisation, let in or not, is written to the audit; if that fails, nobody is let in.
 * @throws AppError `forbidden`, saying whom to ask, without an active account or a place in an organisation that
 * takes this sign-in.
 */
export async function identifyMember(
  service: ServiceContext,
  _caller: Caller,
  input: Input,
): Promise<ReplyOf<typeof contract>> {
  const now = service.clock.now();
  const rows = await rowsOf(service, input, now);
  const person = personOf(rows, input);
  const act = input.signIn ? 'sign-in' : input.switchedFrom ? 'organisation.switch' : undefined;
  if (act) {
    const refused = person instanceof AppError;
    await appendAudit(service.db, {
      at: now,
      actor: {
        ...(rows[0] ? { kind: 'member', id: rows[0].memberId } : { kind: 'unknown', id: null }),
        organisationId: refused ? null : person.organisationId,
        from: input.from,
      },
      act,
      outcome: refused ? 'refused' : 'allowed',
      subjectId: input.switchedFrom ?? null,
      detail: detailOf(input),
      traceId: currentTraceId(),
    });
  }
  if (person instanceof AppError) throw person;
  return { ...person, consented: consentIsCurrent(await consentOf(service.db, person.memberId, now)) };
}

/** Where somebody signed in, the place and role as the issuer writes them, and what was asked for: codes, all of them. */
const detailOf = ({ issuer, signIn, odsCode, organisations, roleCodes }: Input): Record<string, unknown> => ({
  ...(signIn ? { issuer } : {}),
  ...(odsCode === undefined ? {} : { asked: odsCode }),
  ...(organisations === undefined ? {} : { organisations }),
  ...(roleCodes === undefined ? {} : { roleCodes }),
});

/** The person; at a first sign-in, whoever was invited by the mail address that the issuer vouches for. */
async function rowsOf({ db }: ServiceContext, input: Input, now: Date): Promise<IdentityRow[]> {
  const { issuer, subject, email, signIn, from } = input;
  const rows = await identityRows(db, issuer, subject);
  if (rows.length > 0 || !signIn || email === undefined) return rows;
  const memberId = await db.transaction(async (tx) => {
    const invited = await takeInvitation(tx, { issuer, subject, email }, now);
    if (invited !== undefined) {
      appendAuditWith(tx, {
        at: now,
        actor: { kind: 'member', id: invited, organisationId: null, from },
        act: 'identity.bind',
        outcome: 'allowed',
        traceId: currentTraceId(),
      });
    }
    return invited;
  });
  return memberId === undefined ? rows : identityRows(db, issuer, subject);
}

function personOf(rows: readonly IdentityRow[], input: Input): Person | AppError {
  const [first] = rows;
  // The same sentence for both: who was disabled learns it from their administrator.
  if (first?.status !== 'active') {
    return forbidden(
      "There is no account for this sign-in. Ask your organisation's administrator to register you.",
    );
  }
  const signedIn = { ...input, profile: first.profile };
  const places = rows.flatMap(toPlace);
  const acting = actingAs(places, signedIn, input.odsCode);
  if (acting instanceof AppError) return acting;
  const { claimValue: _claimValue, ...place } = acting;
  return {
    ...place,
    organisations: placesOf(places, signedIn).map(({ odsCode, organisation, roles }) => ({
      odsCode,
      organisation,
      roles,
    })),
  };
}

type FullPlace = Place & Omit<Person, 'organisations'>;

const toPlace = (row: IdentityRow): FullPlace[] => {
  const { memberId, name, organisationId, organisation, odsCode, roles, claimValue } = row;
  return organisationId === null || organisation === null || odsCode === null || roles === null
    ? []
    : [{ memberId, name, organisationId, organisation, odsCode, roles, claimValue }];
};
