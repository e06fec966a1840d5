import type { Caller } from '@definitivedx/auth';
import type { ServiceContext } from '@definitivedx/bus';
import {
  backupHorizon,
  erasureAnswerDays,
  keptAfterErasure,
  type ErasureRecord,
  type InputOf,
  type ReplyOf,
  type erasureReport as contract,
  type erasuresAtGateway as atGateway,
} from '@definitivedx/contracts';
import type { Queryable } from '@definitivedx/db';
import { notFound } from '@definitivedx/errors';
import { erasedParts, erasedWithoutPart, erasureOf } from '../data/erasures.js';

const dayMs = 86_400_000;

/** By when somebody who asked at a time has their answer. */
export const answerBy = (requestedAt: Date): Date =>
  new Date(requestedAt.getTime() + erasureAnswerDays * dayMs);

/** Services that have something to erase; the others keep nothing but ids. */
const erasingServices = ['access', 'cases', 'notify', 'gateway'] as const;

/** What an erasure came to so far. @throws AppError `not-found` when nobody asked for it. */
export async function recordOfErasure(db: Queryable, memberId: string): Promise<ErasureRecord> {
  const erasure = await erasureOf(db, memberId);
  if (!erasure) throw notFound('erasure');
  const { requestedAt, erasedAt } = erasure;
  const done = await erasedParts(db, memberId);
  const parts = erasingServices.map((service) => {
    const part = done.find((one) => one.service === service);
    return { service, erasedAt: part?.at.toISOString() ?? null, rows: part?.rows ?? {} };
  });
  const open = parts.some((part) => part.erasedAt === null);
  return {
    memberId,
    state: erasedAt === null ? 'requested' : open ? 'under-way' : 'done',
    requestedAt: requestedAt?.toISOString() ?? null,
    answerBy: requestedAt && answerBy(requestedAt).toISOString(),
    erasedAt: erasedAt?.toISOString() ?? null,
    parts,
    stays: keptAfterErasure(),
    backups: backupHorizon,
  };
}

export const erasureReport = (
  service: ServiceContext,
  _caller: Caller,
  { memberId }: InputOf<typeof contract>,
): Promise<ErasureRecord> => recordOfErasure(service.db, memberId);

/** Who is erased but for what the gateway keeps. */
export async function erasuresAtGateway(service: ServiceContext): Promise<ReplyOf<typeof atGateway>> {
  return { memberIds: await erasedWithoutPart(service.db, 'gateway', 100) };
}
