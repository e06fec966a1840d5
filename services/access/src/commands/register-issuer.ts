import type { ServiceContext } from '@definitivedx/bus';
import type { Caller } from '@definitivedx/auth';
import type { InputOf, ReplyOf, registerIssuer as contract } from '@definitivedx/contracts';
import { invalidInput } from '@definitivedx/errors';
import { currentTraceId } from '@definitivedx/telemetry';
import { actorOf, appendAuditWith } from '../data/audit.js';
import { Organisation } from '../data/entities.js';
import { acceptIssuer, putIssuer } from '../data/issuers.js';
import { lockRegistration } from '../data/registration.js';

/**
 * Registers an issuer, or takes its new description, for the given organisations as well as those that have it.
 * @throws AppError `invalid-input` for an unknown ODS code.
 */
export async function registerIssuer(
  service: ServiceContext,
  caller: Caller,
  { organisations, ...issuer }: InputOf<typeof contract>,
): Promise<ReplyOf<typeof contract>> {
  const now = service.clock.now();
  await service.db.transaction(async (tx) => {
    await lockRegistration(tx);
    const known = await tx.em.find(Organisation, {
      odsCode: { $in: organisations.map(({ odsCode }) => odsCode) },
    });
    const byCode = new Map(known.map(({ odsCode, id }) => [odsCode, id]));
    const issues = organisations.flatMap(({ odsCode }, place) =>
      byCode.has(odsCode)
        ? []
        : [
            {
              path: `organisations.${String(place)}.odsCode`,
              message: `No organisation is registered as ${odsCode}. Register it first.`,
            },
          ],
    );
    if (issues.length > 0) throw invalidInput('The issuer cannot be registered like this.', issues);
    putIssuer(tx, issuer, now);
    acceptIssuer(
      tx,
      issuer.issuer,
      // The last entry of an organisation counts: one statement cannot change a row twice.
      [...new Map(organisations.map((one) => [one.odsCode, one])).values()].map(
        ({ odsCode, claimValue }) => ({
          organisationId: byCode.get(odsCode) ?? '',
          claimValue,
        }),
      ),
      now,
    );
    appendAuditWith(tx, {
      at: now,
      actor: actorOf(caller),
      act: 'issuer.register',
      outcome: 'allowed',
      detail: { organisations: organisations.map(({ odsCode }) => odsCode).slice(0, 100) },
      traceId: currentTraceId(),
    });
  });
  return { issuer: issuer.issuer };
}
