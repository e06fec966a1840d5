import { v7 } from 'uuid';
import type { ServiceContext } from '@definitivedx/bus';
import type { Caller } from '@definitivedx/auth';
import {
  plainProfile,
  type InputOf,
  type ReplyOf,
  type registerMember as contract,
} from '@definitivedx/contracts';
import type { Transaction } from '@definitivedx/db';
import { conflict, invalidInput } from '@definitivedx/errors';
import { acceptIssuerAsIs, addIssuer } from '../data/issuers.js';
import { setPlaceState } from '../data/places.js';
import { lockRegistration } from '../data/registration.js';
import { Identity, Member, Membership, Organisation, Panel } from '../data/entities.js';

type Input = InputOf<typeof contract>;

/**
 * Registers a member by sign-in identity, with exactly the given organisations: repeating it with other ones adds,
 * changes and removes; a place that had ended begins anew. Leaving an organisation leaves its panels. It never re-activates a disabled member. The issuer
 * counts for these organisations from then on; one that nobody described writes its tokens as the standards say.
 * @throws AppError `invalid-input` for an unknown ODS code, `conflict` when the member leads a panel they would leave.
 */
export async function registerMember(
  service: ServiceContext,
  _caller: Caller,
  input: Input,
): Promise<ReplyOf<typeof contract>> {
  return service.db.transaction(async (tx) => {
    await lockRegistration(tx);
    const memberships = await resolve(tx, input.memberships);
    const now = service.clock.now();
    const { issuer } = input;
    addIssuer(tx, { ...undescribed, issuer, discoveryUrl: issuer }, now);
    const memberId = await keepMember(tx, input);
    await assertLeadsNoneOfOthers(tx, memberId, memberships);
    await tx.em.nativeDelete(Membership, {
      memberId,
      organisationId: { $nin: memberships.map((m) => m.organisationId) },
    });
    await tx.em.upsertMany(
      Membership,
      memberships.map((membership) => ({ memberId, ...membership })),
    );
    const organisationIds = memberships.map(({ organisationId }) => organisationId);
    acceptIssuerAsIs(tx, issuer, organisationIds, now);
    for (const organisationId of organisationIds)
      setPlaceState(tx, { organisationId, memberId }, 'active', now);
    return { memberId };
  });
}

/** What is not said of it is as the deployment's settings have it. */
const undescribed = {
  clientId: null,
  shared: true,
  profile: plainProfile,
  acrValues: null,
  audience: null,
};

interface Place {
  readonly organisationId: string;
  readonly roles: Input['memberships'][number]['roles'];
  readonly position: number;
}

async function resolve(tx: Transaction, asked: Input['memberships']): Promise<Place[]> {
  const known = await tx.em.find(Organisation, { odsCode: { $in: asked.map((m) => m.odsCode) } });
  const byCode = new Map(known.map((organisation) => [organisation.odsCode, organisation.id]));
  const issues = asked.flatMap(({ odsCode }, place) => {
    const path = `memberships.${String(place)}.odsCode`;
    if (!byCode.has(odsCode)) {
      return [{ path, message: `No organisation is registered as ${odsCode}. Register it first.` }];
    }
    const first = asked.findIndex((other) => other.odsCode === odsCode);
    return first === place
      ? []
      : [{ path, message: `${odsCode} is in the list twice. Put all its roles in one entry.` }];
  });
  if (issues.length > 0) throw invalidInput('The member cannot be registered like this.', issues);
  return asked.map(({ odsCode, roles }, position) => ({
    organisationId: byCode.get(odsCode) ?? '',
    roles: [...new Set(roles)],
    position,
  }));
}

async function keepMember(tx: Transaction, { issuer, subject, name, email }: Input): Promise<string> {
  const identity = await tx.em.findOne(Identity, { issuer, subject });
  const id = identity?.memberId ?? v7();
  await tx.em.upsert(Member, { id, name, email });
  if (!identity) await tx.em.insert(Identity, { issuer, subject, memberId: id });
  return id;
}

async function assertLeadsNoneOfOthers(
  tx: Transaction,
  memberId: string,
  stays: readonly Place[],
): Promise<void> {
  const led = await tx.em.findOne(Panel, {
    leadMemberId: memberId,
    organisationId: { $nin: stays.map((m) => m.organisationId) },
  });
  if (led)
    throw conflict(
      `This member leads the panel ${led.name} of an organisation they would leave. Name another lead first.`,
    );
}
