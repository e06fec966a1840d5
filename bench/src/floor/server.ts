import { createHash, randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { create } from './create.js';
import { post } from './post.js';
import { close, pool, run, traceparent } from './database.js';

/**
 * The floor: a bare `node:http` program with prepared statements that leaves the same durable rows as the system for
 * the same request, and does nothing else: no sign-in checks beyond the session row, no validation, no tracing, no bus.
 * Consumers' rows follow after the answer, as in the system.
 */
async function read(member: string, caseId: string): Promise<object> {
  const { rows: allowed } = await run(
    undefined,
    'check',
    `with allowed as (
       select c.id from cases c where c.id = $1 and (c.requester_id = $2 or exists (
         select 1 from access_grant g where g.case_id = c.id and g.revoked_at is null
           and (g.principal_id = $2 or g.principal_kind = 'panel') and (g.expires_at is null or g.expires_at > $3)))
     ), audited as (
       insert into audit (at, actor_kind, actor_id, organisation_id, act, purpose, case_id, via, outcome, trace_id)
       select $3, 'member', $2, $2, 'case.access', 'read', $1, 'requester', case when exists (select 1 from allowed) then 'allowed' else 'refused' end, $4
     ) select id from allowed`,
    [caseId, member, new Date(), traceparent()],
  );
  if (allowed.length === 0) return { status: 404 };
  const { rows } = await run(undefined, 'select-case', 'select * from cases where id = $1', [caseId]);
  const { rows: posts } = await run(
    undefined,
    'select-posts',
    'select * from post where case_id = $1 order by number',
    [caseId],
  );
  return { ...(rows[0] as object), posts };
}

async function member(request: IncomingMessage): Promise<string> {
  const secret = createHash('sha256')
    .update(request.headers.cookie ?? '')
    .digest();
  const { rows } = await run(
    undefined,
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
      const key = String(request.headers['idempotency-key']);
      const body = await textOf(request);
      const [, caseId] = /^\/api\/v1\/cases\/([^/]+)\/posts$/.exec(request.url ?? '') ?? [];
      answer(
        response,
        201,
        caseId === undefined ? await create(caller, key, body) : await post(caller, caseId, key, body),
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
  void close().then(() => process.exit(0));
});
