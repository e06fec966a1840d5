import { createHash, randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import pg from 'pg';
import { v7 as uuidv7 } from 'uuid';
import { floorTables } from './tables.js';

/**
 * The floor: a bare `node:http` program with prepared statements that leaves the same durable rows as the system for
 * the same request, and does nothing else: no sign-in checks beyond the session row, no validation, no tracing, no bus.
 * Its consumer's rows (audit of the act, inbox) follow in a second transaction after the answer, as in the system.
 */
const pool = new pg.Pool({ connectionString: process.env['DATABASE_URL'], max: 20 });
await pool.query(floorTables);

const run = (
  client: pg.ClientBase | pg.Pool,
  name: string,
  text: string,
  values: unknown[],
): Promise<pg.QueryResult> => client.query({ name, text, values });

async function inTransaction<T>(work: (client: pg.PoolClient) => Promise<T>): Promise<T> {
  const client = await pool.connect();
  try {
    await run(client, 'begin', 'begin', []);
    const result = await work(client);
    await run(client, 'commit', 'commit', []);
    return result;
  } finally {
    client.release();
  }
}

interface CaseBody {
  readonly question: string;
  readonly history: string;
  readonly ageBand: string;
  readonly sex: string;
  readonly priority: string;
}

const outboxSql = 'insert into outbox (message_id, subject, aggregate_id, payload) values ($1, $2, $3, $4)';
const auditSql =
  'insert into audit (at, actor_id, act, case_id, outcome, trace_id) values ($1, $2, $3, $4, $5, $6)';
const inboxSql = 'insert into inbox (durable, message_id, handled_at) values ($1, $2, $3)';

async function create(member: string, key: string, raw: string): Promise<object> {
  const body = JSON.parse(raw) as CaseBody;
  const at = new Date();
  const [caseId, commandId, grantId] = [uuidv7(), uuidv7(), uuidv7()];
  const messages = [uuidv7(), uuidv7()];
  const reply = { caseId, status: 'awaiting-advice', version: 1, createdAt: at.toISOString() };
  await inTransaction(async (client) => {
    await run(
      client,
      'idempotency',
      'insert into idempotency_key (member_id, key, request_hash, command_id, status, reply, leased_until) values ($1, $2, $3, $4, 201, $5, $6)',
      [member, key, createHash('sha256').update(raw).digest(), commandId, JSON.stringify(reply), at],
    );
    await run(
      client,
      'case',
      `insert into cases (id, requester_id, organisation_id, question, history, age_band, sex, priority, status, version, created_at, last_activity_at)
       values ($1, $2, $2, $3, $4, $5, $6, $7, 'awaiting-advice', 1, $8, $8)`,
      [caseId, member, body.question, body.history, body.ageBand, body.sex, body.priority, at],
    );
    await run(
      client,
      'grant',
      `insert into access_grant (id, case_id, principal_kind, principal_id, given_by, given_at) values ($1, $2, 'panel', $3, $3, $4)`,
      [grantId, caseId, member, at],
    );
    for (const [i, subject] of ['case-shared', 'acted'].entries()) {
      await run(client, 'outbox', outboxSql, [
        messages[i],
        subject,
        caseId,
        JSON.stringify({ caseId, member, at }),
      ]);
    }
  });
  after(async (client) => {
    await run(client, 'inbox', inboxSql, ['notify', messages[0], at]);
    await run(client, 'inbox', inboxSql, ['access', messages[1], at]);
    await run(client, 'audit', auditSql, [at, member, 'case.create', caseId, 'done', null]);
    await run(client, 'published', 'update outbox set published_at = $2 where message_id = any($1)', [
      messages,
      at,
    ]);
  });
  return reply;
}

async function read(member: string, caseId: string): Promise<object> {
  const { rows: allowed } = await run(
    pool,
    'check',
    `with allowed as (
       select c.id from cases c where c.id = $1 and (c.requester_id = $2 or exists (
         select 1 from access_grant g where g.case_id = c.id and g.revoked_at is null
           and (g.principal_id = $2 or g.principal_kind = 'panel') and (g.expires_at is null or g.expires_at > $3)))
     ), audited as (
       insert into audit (at, actor_id, act, case_id, outcome) select $3, $2, 'case.read', $1, case when exists (select 1 from allowed) then 'allowed' else 'refused' end
     ) select id from allowed`,
    [caseId, member, new Date()],
  );
  if (allowed.length === 0) return { status: 404 };
  const { rows } = await run(pool, 'select-case', 'select * from cases where id = $1', [caseId]);
  const { rows: posts } = await run(
    pool,
    'select-posts',
    'select * from post where case_id = $1 order by number',
    [caseId],
  );
  return { ...(rows[0] as object), posts };
}

const pending = new Set<Promise<void>>();
function after(work: (client: pg.PoolClient) => Promise<void>): void {
  const done = inTransaction(work).finally(() => pending.delete(done));
  pending.add(done);
}

async function member(request: IncomingMessage): Promise<string> {
  const secret = createHash('sha256')
    .update(request.headers.cookie ?? '')
    .digest();
  const { rows } = await run(
    pool,
    'session',
    'select member_id from session where secret_hash = $1 and ends_at > now()',
    [secret],
  );
  return (rows[0] as { member_id: string } | undefined)?.member_id ?? '';
}

async function textOf(request: IncomingMessage): Promise<string> {
  let body = '';
  request.setEncoding('utf8');
  for await (const chunk of request) body += chunk as string;
  return body;
}

function answer(response: ServerResponse, status: number, body: object): void {
  const text = JSON.stringify(body);
  response
    .writeHead(status, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) })
    .end(text);
}

const server = createServer((request, response) => {
  void (async () => {
    if (request.url === '/readyz') {
      answer(response, 200, {});
      return;
    }
    if (request.url === '/session') {
      const secret = createHash('sha256')
        .update(request.headers.cookie ?? '')
        .digest();
      const id = randomUUID();
      await pool.query(`insert into session values ($1, $2, now() + interval '1 day')`, [secret, id]);
      answer(response, 201, { id });
      return;
    }
    const caller = await member(request);
    if (request.method === 'POST') {
      answer(
        response,
        201,
        await create(caller, String(request.headers['idempotency-key']), await textOf(request)),
      );
    } else {
      answer(response, 200, await read(caller, (request.url ?? '').split('/').pop() ?? ''));
    }
  })().catch((error: unknown) => {
    answer(response, 500, { error: String(error) });
  });
});
server.keepAliveTimeout = 72_000;
server.listen(Number(process.env['PORT']), '127.0.0.1');
process.on('SIGTERM', () => {
  server.close();
  void Promise.all(pending)
    .then(() => pool.end())
    .then(() => process.exit(0));
});
