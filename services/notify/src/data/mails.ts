import { statement, type Queryable, type Transaction } from '@definitivedx/db';
import { v7 as uuidv7 } from 'uuid';
import type { DeadLetterAlert, MailTemplate } from '../domain/mail-text.js';

export interface MailRow {
  readonly id: string;
  readonly messageId: string;
  /** The event or page it is about. */
  readonly sourceMessage: string;
  readonly memberId: string | null;
  readonly caseId: string | null;
  readonly handOverId: string | null;
  readonly template: MailTemplate;
  readonly alert: DeadLetterAlert | null;
  readonly createdAt: Date;
  readonly attempts: number;
  readonly traceparent: string | null;
}

export interface NewMail {
  readonly template: MailTemplate;
  readonly caseId?: string;
  readonly handOverId?: string;
  readonly alert?: DeadLetterAlert;
  /** The event it comes from, or what stands for it: a member is mailed about it once. */
  readonly sourceMessage: string;
  readonly traceparent: string | undefined;
}

const insertMails = statement(
  'insert-mails',
  `insert into mail (id, message_id, member_id, source_message, template, case_id, hand_over_id, alert, traceparent,
                     created_at, next_attempt_at)
   select t.id, '<' || t.id || '@definitivedx>', t.member_id, $3::uuid, $4, $5::uuid, $6::uuid, $7::jsonb, $8,
          $9::timestamptz, $9::timestamptz
   from unnest($1::uuid[], $2::uuid[]) as t (id, member_id)
   on conflict on constraint mail_once do nothing`,
);

/**
 * Records a mail to each member, or to the operators for null, to be sent after commit.
 * Its Message-ID is fixed here: a mail that is sent twice, because we crashed after sending, is shown once.
 */
export function recordMails(
  tx: Transaction,
  recipients: readonly (string | null)[],
  mail: NewMail,
  now: Date,
): void {
  if (recipients.length === 0) return;
  const ids = recipients.map(() => uuidv7());
  const alert = mail.alert === undefined ? null : JSON.stringify(mail.alert);
  tx.later(insertMails, [
    ids,
    recipients,
    mail.sourceMessage,
    mail.template,
    mail.caseId ?? null,
    mail.handOverId ?? null,
    alert,
    mail.traceparent ?? null,
    now,
  ]);
}

const open = 'sent_at is null and failed_at is null and withdrawn_at is null';

const claim = statement<MailRow>(
  'claim-mails',
  `update mail set attempts = attempts + 1, next_attempt_at = $2
   where id in (
     select id from mail where ${open} and next_attempt_at <= $1
     order by next_attempt_at, id limit $3 for update skip locked
   )
   returning id, message_id as "messageId", source_message as "sourceMessage", member_id as "memberId", case_id as "caseId",
             hand_over_id as "handOverId", template, alert, created_at as "createdAt", attempts, traceparent`,
);

/** Takes up to `limit` mails that are due. They come due again at `leaseUntil` unless they are closed or renewed. */
export const claimMails = (db: Queryable, now: Date, leaseUntil: Date, limit: number): Promise<MailRow[]> =>
  db.run(claim, [now, leaseUntil, limit]);

const putOff = statement(
  'put-off-mail',
  `update mail set next_attempt_at = $2, last_error_code = $3 where id = $1 and ${open}`,
);
const release = statement(
  'release-mail',
  `update mail set next_attempt_at = $2, attempts = attempts - 1, last_error_code = coalesce($3, last_error_code)
   where id = any ($1::uuid[]) and ${open}`,
);
const renew = statement(
  'renew-mail',
  `update mail set next_attempt_at = $2 where id = any ($1::uuid[]) and ${open}`,
);

/** The server refused it for now: it comes due again at a time. */
export async function putOffMail(db: Queryable, id: string, until: Date, errorCode: string): Promise<void> {
  await db.run(putOff, [id, until, errorCode]);
}

/** Gives taken mails back that could not be offered to anyone; it does not count as an attempt. */
export async function releaseMails(
  db: Queryable,
  ids: readonly string[],
  now: Date,
  errorCode: string | null,
): Promise<void> {
  await db.run(release, [ids, now, errorCode]);
}

/** Keeps taken mails for longer. */
export async function renewLease(db: Queryable, ids: readonly string[], until: Date): Promise<void> {
  await db.run(renew, [ids, until]);
}

const closeSent = statement(
  'close-mail-sent',
  `update mail set sent_at = $2 where id = any ($1::uuid[]) and ${open}`,
);
const closeFailed = statement(
  'close-mail-failed',
  `update mail set failed_at = $2, last_error_code = $3 where id = $1 and ${open}`,
);
const closeWithdrawn = statement(
  'close-mail-withdrawn',
  `update mail set withdrawn_at = $2 where id = any ($1::uuid[]) and ${open}`,
);

/** The server took them. */
export async function closeAsSent(db: Queryable, ids: readonly string[], now: Date): Promise<void> {
  await db.run(closeSent, [ids, now]);
}

/** It will never be taken. */
export async function closeAsFailed(db: Queryable, id: string, now: Date, errorCode: string): Promise<void> {
  await db.run(closeFailed, [id, now, errorCode]);
}

/** Their recipient may not know of the case any more. */
export async function closeAsWithdrawn(db: Queryable, ids: readonly string[], now: Date): Promise<void> {
  await db.run(closeWithdrawn, [ids, now]);
}
