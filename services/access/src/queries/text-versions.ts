import { asMember, type Caller } from '@definitivedx/auth';
import type { ServiceContext } from '@definitivedx/bus';
import type {
  InputOf,
  ReplyOf,
  consentRecord as recordContract,
  textByVersion as oneContract,
  textVersions as contract,
} from '@definitivedx/contracts';
import { notFound } from '@definitivedx/errors';
import { consentActsOf, textOfVersion, textVersionsAt, type TextVersion } from '../data/consent-history.js';

const toVersion = <T extends TextVersion>(text: T) => ({
  ...text,
  effectiveFrom: text.effectiveFrom.toISOString(),
  publishedAt: text.publishedAt.toISOString(),
});

/** Every version of the texts, those to come included. */
export async function textVersions(
  { db, clock }: ServiceContext,
  _caller: Caller,
): Promise<ReplyOf<typeof contract>> {
  return { texts: (await textVersionsAt(db, clock.now())).map(toVersion) };
}

/** One version in full. @throws AppError `not-found` when it was never published. */
export async function textByVersion(
  { db, clock }: ServiceContext,
  _caller: Caller,
  { kind, version }: InputOf<typeof oneContract>,
): Promise<ReplyOf<typeof oneContract>> {
  const text = await textOfVersion(db, kind, version, clock.now());
  if (!text) throw notFound('version of this text');
  return toVersion(text);
}

/** What the caller has accepted and withdrawn. */
export async function consentRecord(
  { db }: ServiceContext,
  caller: Caller,
): Promise<ReplyOf<typeof recordContract>> {
  const acts = await consentActsOf(db, asMember(caller).memberId);
  return { acts: acts.map((act) => ({ ...act, at: act.at.toISOString() })) };
}
