import { asMember, type Caller } from '@definitivedx/auth';
import type { ServiceContext } from '@definitivedx/bus';
import type { InputOf, ReplyOf, checkAccess as contract } from '@definitivedx/contracts';
import { currentTraceId } from '@definitivedx/telemetry';
import { decide } from '../data/decision.js';

/**
 * Which of the cases the caller may see now, and why. Answer and audit are one statement: when the audit cannot be
 * written there is no answer, and so no read.
 */
export async function checkAccess(
  service: ServiceContext,
  caller: Caller,
  asked: InputOf<typeof contract>,
): Promise<ReplyOf<typeof contract>> {
  const allowed = await decide(service.db, asMember(caller), asked, service.clock.now(), currentTraceId());
  return { allowed };
}
