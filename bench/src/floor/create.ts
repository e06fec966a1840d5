import { createHash, randomBytes } from 'node:crypto';
import type pg from 'pg';
import { v7 as uuidv7 } from 'uuid';
import { afterwards, inTransaction, run, traceparent } from './database.js';

interface CaseBody {
  readonly question: string;
  readonly history: string;
  readonly ageBand: string;
  readonly sex: string;
  readonly intendedAction: string;
  readonly priority: string;
  readonly consent: { readonly sharing: string };
  readonly attestation: { readonly version: string; readonly hash: string };
  readonly audience: readonly { readonly panelId: string }[];
}

const terms = JSON.stringify({
  timeZone: 'Europe/London',
  hours: [1, 2, 3, 4, 5].map((weekday) => ({ weekday, start: '09:00', end: '17:00' })),
  routineWorkingDays: 2,
  urgentPanelHours: 4,
});

/** What both transactions write about. */
interface Made {
  readonly member: string;
  readonly caseId: string;
  readonly grantId: string;
  readonly panelId: string;
  readonly body: CaseBody;
  readonly raw: string;
  readonly at: Date;
  readonly events: readonly { subject: string; data: object; messageId: string; traceparent: string }[];
}

/**
 * A case with every row that the system has left behind when the last consumer is done with it. Three transactions, the
 * fewest that keep the promises: what was answered for is committed before the answer (idempotency key, ledger, case,
 * attestation, clock, audience, responsibility, timeline, case reference, grant, three events); the consumers' effects follow it
 * (three inbox rows, audit, case fact, stream entry, mail; the events are published); and a mail is marked as sent after
 * it was recorded. Left out is what the system writes and takes back: leases and reservations.
 */
export async function create(member: string, key: string, raw: string): Promise<object> {
  const body = JSON.parse(raw) as CaseBody;
  const at = new Date();
  const [caseId, commandId, grantId, mailId] = [uuidv7(), uuidv7(), uuidv7(), uuidv7()];
  const panelId = body.audience[0]?.panelId ?? member;
  const moment = at.toISOString();
  const code = `DX-${randomBytes(5).toString('hex')}`;
  const reply = {
    caseId,
    status: 'awaiting-advice',
    version: 1,
    responsibleId: member,
    code,
    createdAt: moment,
  };
  const made: Made = { member, caseId, grantId, panelId, body, raw, at, events: eventsOf() };

  await inTransaction(async (client) => {
    const kept = JSON.stringify(reply);
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
    await writeCase(client, made, code);
  });
  afterwards(
    (client) => writeEffects(client, made, mailId),
    () => run(undefined, 'sent', 'update mail set sent_at = $2 where id = $1', [mailId, new Date()]),
  );
  return reply;

  function eventsOf(): Made['events'] {
    const about = { caseId, organisationId: member, at: moment };
    const { priority, intendedAction } = body;
    const grants = [{ grantId, kind: 'panel', principalId: panelId }];
    const panel = { panelId, organisationId: member };
    return [
      {
        subject: 'evt.cases.case-shared.v1',
        data: { ...about, requesterId: member, created: true, priority, responsibleId: member, grants },
      },
      {
        subject: 'evt.cases.case-asked.v1',
        data: { caseId, practiceId: member, panel, priority, intendedAction, answerBy: moment, at: moment },
      },
      {
        subject: 'evt.cases.acted.v1',
        data: { ...about, act: 'case.create', memberId: member, subjectId: null },
      },
    ].map((event) => ({ ...event, messageId: uuidv7(), traceparent: traceparent() }));
  }
}

async function writeCase(client: pg.ClientBase, made: Made, code: string): Promise<void> {
  const { member, caseId, grantId, panelId, body, raw, at, events } = made;
  await run(
    client,
    'case',
    `insert into cases (id, requester_id, organisation_id, question, history, age_band, sex, intended_action, priority,
       lead_panel_id, text_bytes, code, results, referral_allowed, consent_sharing, consent_photographs, consent_by,
       consent_at, status, version, created_at, last_activity_at)
     values ($1, $2, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, '[]', false, $12, 'not-given', $2, $13, 'awaiting-advice', 1,
       $13, $13)`,
    [
      ...[caseId, member, body.question, body.history, body.ageBand, body.sex, body.intendedAction],
      ...[body.priority, panelId, Buffer.byteLength(raw), code, body.consent.sharing, at],
    ],
  );
  await run(client, 'attestation', 'insert into attestation values ($1, $2, $3, $4, $5)', [
    ...[caseId, member, body.attestation.version, body.attestation.hash, at],
  ]);
  await run(
    client,
    'clock',
    `insert into response_clock (case_id, panel_id, calendar, terms, budget_minutes, started_at, running_since, due_at)
     values ($1, $2, 'england-and-wales', $3, 960, $4, $4, $4)`,
    [caseId, panelId, terms, at],
  );
  await run(
    client,
    'audience',
    `insert into audience (case_id, grant_id, kind, principal, last_activity_at)
     values ($1, null, 'requester', $2, $5), ($1, null, 'practice', $2, $5), ($1, $3, 'panel', $4, $5)`,
    [caseId, member, grantId, panelId, at],
  );
  await run(
    client,
    'responsibility',
    `insert into responsibility (case_id, member_id, reason, from_at) values ($1, $2, 'on-call', $3)`,
    [caseId, member, at],
  );
  await run(
    client,
    'asked',
    `insert into timeline (case_id, kind, actor_id, subject_id, detail, at)
     values ($1, 'asked', $2, null, $3, $5), ($1, 'responsible', null, $2, $4, $5)`,
    [caseId, member, JSON.stringify({ priority: body.priority }), JSON.stringify({ reason: 'on-call' }), at],
  );
  await run(client, 'case-ref', 'insert into case_ref values ($1, $2, $2)', [caseId, member]);
  await run(
    client,
    'grant',
    `insert into access_grant (id, case_id, principal_kind, principal_id, given_by, given_at) values ($1, $2, 'panel', $3, $4, $5)`,
    [grantId, caseId, panelId, member, at],
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

async function writeEffects(client: pg.ClientBase, made: Made, mailId: string): Promise<void> {
  const { member, caseId, panelId, body, at, events } = made;
  const messages = events.map(({ messageId }) => messageId);
  await run(
    client,
    'inbox',
    `insert into inbox (durable, message_id, handled_at) select t.durable, t.message_id, $3
     from unnest($1::text[], $2::uuid[]) as t (durable, message_id)`,
    [
      ['notify--cases-case-shared-v1', 'metrics--cases-case-asked-v1', 'access--cases-acted-v1'],
      messages,
      at,
    ],
  );
  await run(
    client,
    'act',
    `insert into audit (at, actor_kind, actor_id, organisation_id, act, outcome, case_id, trace_id)
     values ($1, 'member', $2, $2, 'case.create', 'allowed', $3, $4)`,
    [at, member, caseId, events[2]?.traceparent],
  );
  await run(client, 'fact', 'insert into case_fact values ($1, $2, $3, $2, $4, $5, $6, $6)', [
    ...[caseId, member, panelId, body.priority, body.intendedAction, at],
  ]);
  await run(
    client,
    'mail',
    `insert into mail (id, message_id, source_message, member_id, case_id, template, created_at, attempts, next_attempt_at, traceparent)
     values ($1, $2, $3, $4, $5, 'case-shared', $6, 1, $6, $7)`,
    [mailId, `<${mailId}@floor>`, messages[0], member, caseId, at, events[0]?.traceparent],
  );
  await run(client, 'published', 'update outbox set published_at = $2 where message_id = any($1)', [
    messages,
    at,
  ]);
  // Last, because everybody who is told something waits for this row.
  await run(
    client,
    'stream',
    `with counted as (
       insert into stream_position values ($1, 1) on conflict (member_id) do update set last = stream_position.last + 1
       returning last
     )
     insert into stream_entry select $1, last, 'case-shared', $2, $3, $4 from counted`,
    [member, caseId, at, messages[0]],
  );
}
