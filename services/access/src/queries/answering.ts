import type { Caller } from '@definitivedx/auth';
import type { ServiceContext } from '@definitivedx/bus';
import type {
  InputOf,
  ReplyOf,
  askingSide as sideContract,
  caseAnswerers as answerersContract,
} from '@definitivedx/contracts';
import { activeOf, askingSideOf, specialistsOfCase } from '../data/answering.js';
import { whoMaySee } from '../data/decision.js';
import { findingAnswerers, granteeOf } from '../data/grants.js';

/** Who could answer for a case now, and who of them, and of those asked about, may see it. */
export async function caseAnswerers(
  { db, clock }: ServiceContext,
  _caller: Caller,
  { caseId, memberIds }: InputOf<typeof answerersContract>,
): Promise<ReplyOf<typeof answerersContract>> {
  const now = clock.now();
  const [found, specialists] = await db.runAll(
    findingAnswerers(caseId, now),
    specialistsOfCase(caseId, now, memberIds),
  );
  const active = await activeOf(
    db,
    found.flatMap(({ kind, principalId }) => (kind === 'panel' ? [principalId] : [])),
  );
  const answerers = found.filter(({ kind, principalId }) => kind !== 'panel' || active.has(principalId));
  const named = [
    ...memberIds,
    ...answerers.flatMap(({ leadMemberId }) => leadMemberId ?? []),
    ...specialists.map(({ memberId }) => memberId),
  ];
  const [visible] = await db.runAll(whoMaySee([caseId], [...new Set(named)], now));
  return {
    answerers: answerers.map((one) => ({
      grantId: one.grantId,
      to: granteeOf(one),
      leadMemberId: one.leadMemberId,
    })),
    specialists,
    maySee: visible.map(({ memberId }) => memberId),
  };
}

/** Who acts for the practice of a case. */
export const askingSide = (
  { db }: ServiceContext,
  _caller: Caller,
  input: InputOf<typeof sideContract>,
): Promise<ReplyOf<typeof sideContract>> => askingSideOf(db, input);
