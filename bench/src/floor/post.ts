import { createHash } from 'node:crypto';
import type pg from 'pg';
import { v7 as uuidv7 } from 'uuid';
import { afterwards, inTransaction, run, traceparent } from './database.js';

interface PostBody {
  readonly kind: string;
  readonly body: string;
}

interface Posted {
  readonly member: string;
  readonly caseId: string;
  readonly postId: string;
  readonly at: Date;
  readonly events: readonly { subject: string; data: object; messageId: string; traceparent: string }[];
}

/**
 * A post of the requester with every row that the system has left behind when the last consumer is done with it, in as
 * few transactions as `create`: what was answered for (the check's audit, idempotency key, ledger, post, the case's
 * version and place in the lists, timeline, two events), the consumers' effects (two inbox rows, audit, stream entry,
 * mail; the events are published), and the mail marked as sent.
 */
export async function post(member: string, caseId: string, key: string, raw: string): Promise<object> {
  const body = JSON.parse(raw) as PostBody;
  const at = new Date();
  const [postId, commandId, mailId] = [uuidv7(), uuidv7(), uuidv7()];
  const moment = at.toISOString();
  const posted: Posted = { member, caseId, postId, at, events: eventsOf() };
  const reply = { postId, status: 'awaiting-advice', version: 2, postedAt: moment };
  const kept = JSON.stringify(reply);

  await inTransaction(async (client) => {
    await run(
      client,
      'post-check',
      `with allowed as (select id from cases where id = $1 and requester_id = $2)
       insert into audit (at, actor_kind, actor_id, organisation_id, act, purpose, case_id, via, outcome, trace_id)
       select $3, 'member', $2, $2, 'case.access', 'post', $1, 'requester', case when exists (select 1 from allowed) then 'allowed' else 'refused' end, $4`,
      [caseId, member, at, traceparent()],
    );
    await run(
      client,
      'idempotency',
      'insert into idempotency_key (member_id, key, request_hash, command_id, status, reply, leased_until) values ($1, $2, $3, $4, 201, $5, $6)',
      [member, key, createHash('sha256').update(raw).digest(), commandId, kept, at],
    );
    await run(client, 'command', 'insert into command (id, caller_id, reply) values ($1, $2, $3)', [
      commandId,
      member,
      kept,
    ]);
    await writePost(client, posted, body);
  });
  afterwards(
    (client) => writeEffects(client, posted, mailId),
    () => run(undefined, 'sent', 'update mail set sent_at = $2 where id = $1', [mailId, new Date()]),
  );
  return reply;

  function eventsOf(): Posted['events'] {
    const about = { caseId, postId, at: moment };
    return [
      {
        subject: 'evt.cases.case-posted.v1',
        data: {
          ...about,
          kind: body.kind,
          recommendation: null,
          authorId: member,
          requesterId: member,
          responsibleId: member,
          status: 'awaiting-advice',
        },
      },
      {
        subject: 'evt.cases.acted.v1',
        data: {
          caseId,
          act: 'case.post',
          memberId: member,
          organisationId: member,
          subjectId: postId,
          at: moment,
        },
      },
    ].map((event) => ({ ...event, messageId: uuidv7(), traceparent: traceparent() }));
  }
}

async function writePost(client: pg.ClientBase, posted: Posted, body: PostBody): Promise<void> {
  const { member, caseId, postId, at, events } = posted;
  await run(
    client,
    'post',
    `with counted as (
       update cases set post_count = post_count + 1, text_bytes = text_bytes + $6, version = version + 1, last_activity_at = $7
       where id = $2 returning post_count
     ), filed as (
       update audience set last_activity_at = $7 where case_id = $2
     )
     insert into post (id, case_id, number, author_id, kind, body, posted_at)
     select $1, $2, post_count, $3, $4, $5, $7 from counted`,
    [postId, caseId, member, body.kind, body.body, Buffer.byteLength(body.body), at],
  );
  await run(
    client,
    'timeline',
    `insert into timeline (case_id, kind, actor_id, subject_id, detail, at) values ($1, 'posted', $2, $3, $4, $5)`,
    [caseId, member, postId, JSON.stringify({ kind: body.kind }), at],
  );
  await run(
    client,
    'outbox',
    `insert into outbox (message_id, subject, aggregate_id, payload, traceparent)
     select t.message_id, t.subject, $1, t.payload, t.traceparent
     from unnest($2::uuid[], $3::text[], $4::jsonb[], $5::text[]) as t (message_id, subject, payload, traceparent)`,
    [
      ...[caseId, events.map(({ messageId }) => messageId), events.map(({ subject }) => subject)],
      ...[events.map(({ data }) => JSON.stringify(data)), events.map((event) => event.traceparent)],
    ],
  );
}

async function writeEffects(client: pg.ClientBase, posted: Posted, mailId: string): Promise<void> {
  const { member, caseId, at, events } = posted;
  const messages = events.map(({ messageId }) => messageId);
  await run(
    client,
    'inbox',
    `insert into inbox (durable, message_id, handled_at) select t.durable, t.message_id, $3
     from unnest($1::text[], $2::uuid[]) as t (durable, message_id)`,
    [['notify--cases-case-posted-v1', 'access--cases-acted-v1'], messages, at],
  );
  await run(
    client,
    'post-act',
    `insert into audit (at, actor_kind, actor_id, organisation_id, act, outcome, case_id, trace_id)
     values ($1, 'member', $2, $2, 'case.post', 'allowed', $3, $4)`,
    [at, member, caseId, events[1]?.traceparent],
  );
  await run(
    client,
    'post-mail',
    `insert into mail (id, message_id, source_message, member_id, case_id, template, created_at, attempts, next_attempt_at, traceparent)
     values ($1, $2, $3, $4, $5, 'case-posted', $6, 1, $6, $7)`,
    [mailId, `<${mailId}@floor>`, messages[0], member, caseId, at, events[0]?.traceparent],
  );
  await run(client, 'published', 'update outbox set published_at = $2 where message_id = any($1)', [
    messages,
    at,
  ]);
  await run(
    client,
    'post-stream',
    `with counted as (
       insert into stream_position values ($1, 1) on conflict (member_id) do update set last = stream_position.last + 1
       returning last
     )
     insert into stream_entry select $1, last, 'case-posted', $2, $3, $4 from counted`,
    [member, caseId, at, messages[0]],
  );
}
