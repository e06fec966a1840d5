import { asMember, type Caller } from '@definitivedx/auth';
import { emit, type ServiceContext } from '@definitivedx/bus';
import {
  caseActed,
  namesOf,
  type InputOf,
  type ReplyOf,
  type takeCaseDocument as contract,
} from '@definitivedx/contracts';
import { authorsActedFor } from '../data/document.js';
import { getCase } from '../queries/get-case.js';

type Reply = ReplyOf<typeof contract>;

/**
 * What a document about a case is written from. It is read as any reader reads it; that it was taken along is an act of its
 * own, on record before anything is given out.
 * @throws AppError `not-found` to whoever may not read the case
 */
export async function takeDocument(
  service: ServiceContext,
  caller: Caller,
  input: InputOf<typeof contract>,
): Promise<Reply> {
  const { memberId, organisationId } = asMember(caller);
  const found = await getCase(service, caller, input);
  const { caseId } = found;
  const actedFor = await authorsActedFor(service.db, caseId);
  const named = await namesFor(service, found, actedFor);
  const takenAt = service.clock.now().toISOString();
  await service.db.transaction((tx) => {
    const act = {
      act: 'case.export',
      caseId,
      memberId,
      organisationId,
      subjectId: null,
      at: takenAt,
    } as const;
    emit(tx, caseActed, caseId, act);
    return Promise.resolve();
  });
  return { case: found, named, actedFor, takenAt };
}

async function namesFor(
  { bus }: ServiceContext,
  found: Reply['case'],
  actedFor: Reply['actedFor'],
): Promise<Reply['named']> {
  const { requesterId, responsibleId, leadPanelId, posts } = found;
  const people = new Set([requesterId, ...posts.map(({ authorId }) => authorId)]);
  if (responsibleId !== null) people.add(responsibleId);
  if (found.consent) people.add(found.consent.recordedBy);
  const organisations = [found.organisationId, ...actedFor.map((author) => author.organisationId)];
  return bus.request(namesOf, await bus.self(), {
    organisationIds: [...new Set(organisations)],
    panelIds: leadPanelId === null ? [] : [leadPanelId],
    memberIds: [...people],
  });
}
