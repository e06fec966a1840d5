import { asMember, type Caller } from '@definitivedx/auth';
import { emit, once, type ServiceContext } from '@definitivedx/bus';
import {
  caseActed,
  type InputOf,
  type ReplyOf,
  type acknowledgeAdvice as contract,
} from '@definitivedx/contracts';
import { conflict, forbidden, invalidInput } from '@definitivedx/errors';
import { giveAcknowledgement, thoseOwing } from '../data/acknowledgements.js';
import { note } from '../data/timeline.js';
import { asks } from '../domain/posting.js';
import { confirmAccess } from '../queries/confirm-access.js';
import { adviceAcknowledged } from './advice-course.js';
import { heldPost } from './held-case.js';
import { openedByAskingSide } from './mark-read.js';

/**
 * Records that a person of the asking side took note of advice, or of its withdrawal, and whether they understood it.
 * Advice that is acknowledged has been opened. Also for who has left that side since, while it is waited for.
 * @throws AppError `forbidden` to anyone else; `conflict` for advice that was superseded.
 */
export async function acknowledgeAdvice(
  service: ServiceContext,
  caller: Caller,
  { commandId, postId, ...input }: InputOf<typeof contract>,
): Promise<ReplyOf<typeof contract>> {
  const member = asMember(caller);
  const { memberId, organisationId } = member;
  const access = await confirmAccess(service, member, input.caseId, 'read');
  const { caseId } = access;
  const understood = input.understood === true;

  return service.db.transaction((tx) =>
    once(tx, commandId, memberId, async () => {
      const { post } = await heldPost(tx, access, postId);
      if (!asks(access.via) && !(await thoseOwing(tx, caseId)).includes(memberId)) {
        throw forbidden('Advice is acknowledged by the side that asked for it.');
      }
      if (post.kind !== 'advice') {
        throw invalidInput('Only advice is acknowledged.', [{ path: 'postId', message: 'Name advice.' }]);
      }
      if (post.supersededBy !== null) {
        throw conflict('This advice has been superseded. Please read and acknowledge what replaced it.');
      }
      const at = service.clock.now();
      const about = post.withdrawnAt === null ? 'advice' : 'withdrawal';
      if (about === 'withdrawal' && understood) {
        throw conflict('This advice has been withdrawn. Please acknowledge that, and do not rely on it.');
      }
      const given = await giveAcknowledgement(tx, { postId, caseId, memberId, about, understood, at });
      // Who is no longer of the asking side settles what they owe; the child is with those who are.
      if (about === 'advice' && asks(access.via)) {
        await openedByAskingSide(tx, { caseId, memberId, postId, at });
        adviceAcknowledged(tx, { caseId, postId, memberId, at });
      }
      const detail = { about, understood: given.understood };
      note(tx, caseId, { kind: 'advice-acknowledged', actorId: memberId, subjectId: postId, detail, at });
      emit(tx, caseActed, caseId, {
        act: 'case.acknowledge-advice',
        caseId,
        memberId,
        organisationId,
        subjectId: postId,
        at: at.toISOString(),
      });
      return { postId, understood: given.understood, acknowledgedAt: given.at.toISOString() };
    }),
  );
}
