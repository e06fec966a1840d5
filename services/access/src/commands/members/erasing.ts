import { emit, type ServiceContext } from '@definitivedx/bus';
import { casesHeldBy, dutiesHeldBy, memberErased } from '@definitivedx/contracts';
import type { Transaction } from '@definitivedx/db';
import { conflict, notFound } from '@definitivedx/errors';
import { eraseRows, wordsOf, type Words } from '../../data/erasing.js';
import { coveredWithout, heldHere, panelNames } from '../../data/erasure-hindrances.js';
import { erasureOf, keepErasedPart, keepErasure } from '../../data/erasures.js';
import { lockAccount } from '../../data/places.js';
import { lockRegistration } from '../../data/registration.js';
import { hindrances } from '../../domain/erasure.js';

interface Erasing {
  readonly tx: Transaction;
  readonly memberId: string;
  /** Who carries it out. */
  readonly by: string;
  readonly now: Date;
}

/**
 * Erases a person here, and has the other services do their parts: the event leaves with this transaction. Who is erased
 * already stays as they are.
 * @throws AppError `not-found`; `conflict` that names what somebody else has to take over first; `unavailable`
 */
export async function eraseAccount(
  service: ServiceContext,
  { tx, memberId, by, now }: Erasing,
): Promise<void> {
  await lockRegistration(tx);
  if ((await lockAccount(tx, memberId)) === undefined) throw notFound('member');
  if ((await erasureOf(tx, memberId))?.erasedAt) return;
  const words = await wordsOf(tx, memberId);
  await assertReplaced(service, tx, memberId, words);
  const rows = await eraseRows(tx, memberId, words, now);
  keepErasure(tx, memberId, by, now);
  keepErasedPart(tx, { memberId, service: 'access', at: now, rows });
  emit(tx, memberErased, memberId, { memberId, at: now.toISOString() });
}

async function assertReplaced(
  { bus }: ServiceContext,
  tx: Transaction,
  memberId: string,
  words: Words,
): Promise<void> {
  const self = await bus.self();
  const [inCases, inNotify] = await Promise.all([
    bus.request(casesHeldBy, self, { memberId }),
    bus.request(dutiesHeldBy, self, { memberId }),
  ]);
  const covered = await coveredWithout(
    tx,
    memberId,
    inCases.askedFor.map(({ organisationId }) => organisationId),
  );
  const clauses = hindrances({
    ...(await heldHere(tx, memberId, words)),
    onRotas: await panelNames(tx, inNotify.panelIds),
    handOvers: inNotify.handOvers,
    responsibleFor: inCases.responsibleFor,
    uncoveredCases: inCases.askedFor
      .filter(({ organisationId }) => !covered.has(organisationId))
      .reduce((sum, { cases }) => sum + cases, 0),
  });
  if (clauses.length > 0) throw conflict(`This person cannot be erased yet: ${clauses.join('; ')}.`);
}
