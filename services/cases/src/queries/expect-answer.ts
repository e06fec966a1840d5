import { asMember, type Caller } from '@definitivedx/auth';
import type { ServiceContext } from '@definitivedx/bus';
import {
  rehearseShare,
  type InputOf,
  type ReplyOf,
  type expectAnswer as contract,
} from '@definitivedx/contracts';
import { v7 } from 'uuid';
import { clockFor, openCase } from '../commands/open-case.js';
import { expectationInWords } from '../domain/expectation.js';
import { openHours } from '../domain/response-clock.js';
import { opensAt } from '../domain/working-time.js';

/**
 * What would come of sharing a case now: the very steps of `createCase`, with a share that access takes back.
 * @throws AppError as `createCase` would, for an audience that is unknown or holds nobody who could answer
 */
export async function expectAnswer(
  service: ServiceContext,
  caller: Caller,
  { audience, priority, inviteOnly }: InputOf<typeof contract>,
): Promise<ReplyOf<typeof contract>> {
  const member = asMember(caller);
  const grants = audience.map((entry) => ({ grantId: v7(), entry }));
  const opening = { caseId: v7(), grants, inviteOnly };
  const { responsible, leadPanel, reply } = await openCase(service, member, opening, (sharing) =>
    service.bus.request(rehearseShare, member, sharing),
  );

  const now = service.clock.now();
  const clock = clockFor(leadPanel, priority, now);
  const opens = opensAt(openHours(clock), now);
  const { memberId, reason } = responsible;
  const name = reply.names.find((named) => named.memberId === memberId)?.name ?? 'A specialist';
  const told = {
    responsible: { name, as: reason },
    answerBy: clock.dueAt,
    lookingFrom: opens > now ? opens : null,
    phone: leadPanel?.phone ?? null,
  };
  return {
    responsible: { memberId, name, as: reason },
    panel: leadPanel ? { panelId: leadPanel.panelId, name: leadPanel.name } : null,
    answerBy: told.answerBy.toISOString(),
    lookingFrom: told.lookingFrom?.toISOString() ?? null,
    phone: told.phone,
    sentence: expectationInWords(told),
  };
}
