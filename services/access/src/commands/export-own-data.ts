import { exportPage, type ServiceContext } from '@definitivedx/bus';
import type { Caller } from '@definitivedx/auth';
import type { ExportPage } from '@definitivedx/contracts';
import { currentTraceId } from '@definitivedx/telemetry';
import { actorOf, appendAudit } from '../data/audit.js';
import { memberSections } from '../data/member-export.js';

/** A page of what access keeps about the caller. That they took it is written to the audit, with the first page. */
export async function exportOwnData(
  { db, clock }: ServiceContext,
  caller: Caller,
  after: string | undefined,
): Promise<ExportPage> {
  if (after === undefined) {
    await appendAudit(db, {
      at: clock.now(),
      actor: actorOf(caller),
      act: 'account.export',
      outcome: 'allowed',
      traceId: currentTraceId(),
    });
  }
  return exportPage(db, memberSections, caller, after);
}
