import type { ErasedRows } from '@definitivedx/contracts';
import { statement, type Statement, type Transaction } from '@definitivedx/db';
import { formerEmail, formerName, withoutContact, withoutPerson } from '../domain/erasure.js';

type Counted = Statement<{ one: number }>;
const erasing = (name: string, text: string): Counted =>
  statement(`access.erase-${name}`, `${text} returning 1 as one`);

/** What goes by the member's id alone. */
const byId: readonly { table: string; statement: Counted }[] = [
  { table: 'identity', statement: erasing('identity', 'delete from identity where member_id = $1') },
  {
    table: 'identity_invitation',
    statement: erasing('identity-invitation', 'delete from identity_invitation where member_id = $1'),
  },
  {
    table: 'organisation_duty',
    statement: erasing('organisation-duty', 'delete from organisation_duty where member_id = $1'),
  },
  {
    // One that only waits to be opened may be without a lead; who was in one that is closed is part of the record.
    table: 'panel',
    statement: erasing(
      'panel-lead',
      `update panel set lead_member_id = null where lead_member_id = $1 and status = 'preparing'`,
    ),
  },
  {
    table: 'panel_member',
    statement: erasing(
      'panel-member',
      `delete from panel_member pm using panel p
        where p.id = pm.panel_id and p.status <> 'closed' and pm.member_id = $1`,
    ),
  },
];

const places = erasing(
  'membership',
  `update membership
      set status = 'ended', ended_at = coalesce(ended_at, $2), removed_at = coalesce(removed_at, $2), changed_at = $2,
          user_name = null, name = null, given_name = null, family_name = null, email = null
    where member_id = $1`,
);
const account = erasing(
  'member',
  `update member set name = $2, email = $3, status = 'disabled' where id = $1`,
);
const importLines = erasing(
  'import-lines',
  `delete from member_import_line
    where member_id = $1 or subject = any ($2::text[]) or lower(email) = any ($3::text[])`,
);

const words = statement<{ emails: string[]; subjects: string[] }>(
  'access.erase-words',
  `select coalesce((select array_agg(lower(email)) from (
                     select email from member where id = $1
                     union select email from membership where member_id = $1 and email is not null
                     union select email from identity_invitation where member_id = $1) e), '{}') as emails,
          coalesce((select array_agg(subject) from identity where member_id = $1), '{}') as subjects`,
);

export interface Words {
  /** In small letters. */
  readonly emails: readonly string[];
  readonly subjects: readonly string[];
}

/** By what the person may be found where no id is. */
export async function wordsOf(tx: Transaction, memberId: string): Promise<Words> {
  const [found] = await tx.run(words, [memberId]);
  return found ?? { emails: [], subjects: [] };
}

const forms = statement<{ id: string; form: unknown }>(
  'access.erase-find-forms',
  `select id, form from application a
    where exists (select from unnest($1::text[]) e where strpos(lower(a.form::text), e) > 0) for update`,
);
const keepForm = statement<never>('access.erase-form', 'update application set form = $2 where id = $1');
const replies = statement<{ id: string; reply: unknown }>(
  'access.erase-find-replies',
  'select id, reply from command where strpos(reply::text, $1::text) > 0',
);
const keepReply = statement<never>('access.erase-reply', 'update command set reply = $2 where id = $1');

/**
 * Erases what this service keeps of a person. Their id stays, under a name that says nothing, so that what they did in
 * cases, consented to and are named for in the audit keeps its author.
 * @returns how many rows, by table
 */
export async function eraseRows(
  tx: Transaction,
  memberId: string,
  { emails, subjects }: Words,
  now: Date,
): Promise<ErasedRows> {
  const rows: Record<string, number> = {};
  const count = async (table: string, done: Counted, values: readonly unknown[]): Promise<void> => {
    rows[table] = (await tx.run(done, values)).length;
  };
  const found = await tx.run(forms, [emails]);
  for (const { id, form } of found)
    tx.later(keepForm, [id, JSON.stringify(withoutContact(form, memberId, new Set(emails)))]);
  const kept = await tx.run(replies, [memberId]);
  for (const { id, reply } of kept) tx.later(keepReply, [id, JSON.stringify(withoutPerson(reply, memberId))]);
  rows['application'] = found.length;
  rows['command'] = kept.length;
  await count('member_import_line', importLines, [memberId, subjects, emails]);
  for (const { table, statement: done } of byId) await count(table, done, [memberId]);
  await count('membership', places, [memberId, now]);
  await count('member', account, [memberId, formerName(memberId), formerEmail(memberId)]);
  return rows;
}
