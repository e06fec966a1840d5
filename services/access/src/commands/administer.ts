import { actorIdOf, asOrganisation, type Caller, type OrganisationCaller } from '@definitivedx/auth';
import { once, type ServiceContext } from '@definitivedx/bus';
import type { Queryable, Transaction } from '@definitivedx/db';
import { forbidden, toAppError } from '@definitivedx/errors';
import { currentTraceId } from '@definitivedx/telemetry';
import { actorOf, appendAudit, appendAuditWith } from '../data/audit.js';
import { isAdministered, lockAdministered } from '../data/places.js';

/** An act on the caller's organisation, under way. */
export interface Administration {
  readonly tx: Transaction;
  readonly caller: OrganisationCaller;
  /** The organisation the caller acts for; never one that the input names. */
  readonly organisationId: string;
  readonly now: Date;
}

/** What an act leaves in the audit besides its reply. */
export interface Done<T> {
  readonly reply: T;
  readonly subjectId?: string | null;
  /** Codes and numbers. */
  readonly detail?: Readonly<Record<string, unknown>>;
}

interface Act {
  readonly act: string;
  /** What it is about, as far as that is known before; for the audit of a refusal. */
  readonly subjectId?: string;
  /** Of an act that may be repeated: a repeat gets the first reply, and leaves nothing in the audit. */
  readonly commandId?: string;
}

/** Refusals that say something about who tried what; the rest are failures of the moment. */
const audited = new Set(['invalid-input', 'forbidden', 'not-found', 'conflict', 'version-mismatch']);

const memberOf = (caller: OrganisationCaller): string | null =>
  caller.kind === 'member' ? caller.memberId : null;

const notAdministered = () =>
  forbidden(
    'You do not administer this organisation, or no longer. Please sign in again to see what you have.',
  );

/**
 * Carries out an act of administration for the organisation that the caller acts for: in one transaction, one at a time
 * for each organisation, with its line in the audit. A refusal is audited too, outside the transaction.
 * @throws AppError `forbidden` for who does not administer it any more, and whatever `work` throws.
 */
export async function administer<T>(
  service: ServiceContext,
  caller: Caller,
  { act, subjectId, commandId }: Act,
  work: (administration: Administration) => Promise<Done<T>>,
): Promise<T> {
  const by = asOrganisation(caller);
  const { organisationId } = by;
  const now = service.clock.now();
  const line = { at: now, actor: actorOf(by), act, traceId: currentTraceId() };
  try {
    return await service.db.transaction(async (tx) => {
      if (!(await lockAdministered(tx, organisationId, memberOf(by)))) throw notAdministered();
      const carryOut = async (): Promise<T> => {
        const done = await work({ tx, caller: by, organisationId, now });
        appendAuditWith(tx, {
          ...line,
          outcome: 'allowed',
          subjectId: done.subjectId ?? subjectId ?? null,
          ...(done.detail && { detail: done.detail }),
        });
        return done.reply;
      };
      return commandId === undefined ? carryOut() : once(tx, commandId, actorIdOf(by), carryOut);
    });
  } catch (thrown) {
    const error = toAppError(thrown);
    if (audited.has(error.code)) {
      await appendAudit(service.db, {
        ...line,
        outcome: 'refused',
        subjectId: subjectId ?? null,
        detail: { code: error.code },
      });
    }
    throw thrown;
  }
}

/** The organisation that the caller administers, for reads. @throws AppError `forbidden` */
export async function administeredBy(db: Queryable, caller: Caller): Promise<string> {
  const by = asOrganisation(caller);
  if (!(await isAdministered(db, by.organisationId, memberOf(by)))) throw notAdministered();
  return by.organisationId;
}
