import type { FlagKind } from '@definitivedx/contracts';
import { statement, type Queryable, type Transaction } from '@definitivedx/db';
import { v7 } from 'uuid';

export interface Flag {
  readonly kind: FlagKind;
  readonly setBy: string;
  readonly setAt: Date;
  readonly clearedBy: string | null;
  readonly clearedAt: Date | null;
}

const all = statement<Flag>(
  'flags-of',
  `select kind, set_by as "setBy", set_at as "setAt", cleared_by as "clearedBy", cleared_at as "clearedAt"
   from case_flag where case_id = $1 order by id`,
);

/** Every flag a case ever had, in order. */
export const flagsOf = (db: Queryable, caseId: string): Promise<Flag[]> => db.run(all, [caseId]);

const insert = statement<never>(
  'flag-insert',
  `insert into case_flag (id, case_id, kind, set_by, set_at) values ($1, $2, $3, $4, $5)`,
);

/** Flags a case. */
export function insertFlag(
  tx: Transaction,
  flag: { readonly caseId: string; readonly kind: FlagKind; readonly by: string; readonly at: Date },
): void {
  tx.later(insert, [v7(), flag.caseId, flag.kind, flag.by, flag.at]);
}

const clear = statement<never>(
  'flag-clear',
  `update case_flag set cleared_by = $3, cleared_at = $4 where case_id = $1 and kind = $2 and cleared_at is null`,
);

/** Takes a flag off; when it was set, and by whom, is kept. */
export function endFlag(
  tx: Transaction,
  flag: { readonly caseId: string; readonly kind: FlagKind; readonly by: string; readonly at: Date },
): void {
  tx.later(clear, [flag.caseId, flag.kind, flag.by, flag.at]);
}

export interface LocalContacts {
  readonly organisationId: string;
  readonly text: string;
  readonly setAt: Date;
}

const contacts = statement<LocalContacts>(
  'local-contacts',
  `select organisation_id as "organisationId", body as text, set_at as "setAt"
   from local_contacts where organisation_id = any ($1::uuid[]) order by organisation_id`,
);

/** Whom the members of these organisations turn to; without those that have set nothing. */
export const localContactsOf = (
  db: Queryable,
  organisationIds: readonly string[],
): Promise<LocalContacts[]> => db.run(contacts, [organisationIds]);

const ofCase = statement<LocalContacts>(
  'local-contacts-of-case',
  `select l.organisation_id as "organisationId", l.body as text, l.set_at as "setAt"
   from local_contacts l
   where l.organisation_id = $2 or l.organisation_id = (select c.organisation_id from cases c where c.id = $1)
   order by l.organisation_id`,
);

/** Whom to turn to about a case: as its practice says, and as the reader's organisation does. */
export const localContactsFor = (
  db: Queryable,
  caseId: string,
  organisationId: string,
): Promise<LocalContacts[]> => db.run(ofCase, [caseId, organisationId]);

const set = statement<never>(
  'local-contacts-set',
  `insert into local_contacts (organisation_id, body, set_by, set_at) values ($1, $2, $3, $4)
   on conflict (organisation_id) do update set body = excluded.body, set_by = excluded.set_by, set_at = excluded.set_at`,
);

/** Sets whom the members of an organisation turn to. */
export function keepLocalContacts(
  tx: Transaction,
  of: { readonly organisationId: string; readonly text: string; readonly by: string; readonly at: Date },
): void {
  tx.later(set, [of.organisationId, of.text, of.by, of.at]);
}
