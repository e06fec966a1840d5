import { asMember, type Caller } from '@definitivedx/auth';
import type { ServiceContext } from '@definitivedx/bus';
import type {
  InputOf,
  ReplyOf,
  caseTeaching as ofCaseContract,
  getTeaching as getContract,
  listTeaching as listContract,
} from '@definitivedx/contracts';
import { AppError } from '@definitivedx/errors';
import { offerOfCase, teachingAfter, teachingOf } from '../data/teaching.js';
import { bytesOf, fitting } from '../domain/room.js';
import { confirmAccess } from './confirm-access.js';

/** Cases for teaching, for any member. */
export async function listTeaching(
  { db }: ServiceContext,
  _caller: Caller,
  { cursor, limit }: InputOf<typeof listContract>,
): Promise<ReplyOf<typeof listContract>> {
  const rows = await teachingAfter(db, cursor, limit);
  const page = fitting(rows, ({ question, course, learningPoint }) =>
    bytesOf(question, course, learningPoint),
  );
  const isMore = rows.length === limit || page.length < rows.length;
  return { cases: [...page], nextCursor: isMore ? (page.at(-1)?.teachingId ?? null) : null };
}

/** One case for teaching. @throws AppError `not-found` also for one that was taken back. */
export async function getTeaching(
  { db }: ServiceContext,
  _caller: Caller,
  { teachingId }: InputOf<typeof getContract>,
): Promise<ReplyOf<typeof getContract>> {
  const found = await teachingOf(db, teachingId);
  if (!found)
    throw new AppError('not-found', 'There is no such case for teaching. It may have been taken back.');
  return found;
}

/** Under which id a case is taught. @throws AppError `not-found` to anyone but its asking side. */
export async function caseTeaching(
  service: ServiceContext,
  caller: Caller,
  input: InputOf<typeof ofCaseContract>,
): Promise<ReplyOf<typeof ofCaseContract>> {
  const { caseId } = await confirmAccess(service, asMember(caller), input.caseId, 'close');
  const offer = await offerOfCase(service.db, caseId);
  return {
    offered: offer ? { teachingId: offer.teachingId, offeredAt: offer.offeredAt.toISOString() } : null,
  };
}
