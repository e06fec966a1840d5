import { createServer, type ServerResponse } from 'node:http';
import { randomBytes } from 'node:crypto';
import pg from 'pg';

/**
 * The floor of inbox and search: a bare `node:http` program with prepared statements that makes the same select in the
 * database of cases and writes the same rows of the audit in that of access, and nothing else: no session, no decision,
 * no validation, no bus, no tracing. It knows who asks.
 */
const options = { max: 20, options: '-c plan_cache_mode=force_generic_plan -c jit=off' };
const cases = new pg.Pool({ connectionString: process.env['CASES_URL'], ...options });
const access = new pg.Pool({ connectionString: process.env['ACCESS_URL'], ...options });
const member = process.env['MEMBER'] ?? '';
const organisation = process.env['ORGANISATION'] ?? '';
const everyone = '00000000-0000-0000-0000-000000000000';

const shown = `
  select c.id, c.code, c.question, c.status, c.priority, c.requester_id, c.lead_panel_id, c.created_at, c.last_activity_at,
    (select r.member_id from responsibility r where r.case_id = c.id and r.until_at is null) as responsible_id,
    k.due_at, k.running_since, k.stopped_at,
    (select count(*)::int from post p where p.case_id = c.id and p.withdrawn_at is null and p.author_id <> $1
       and p.number > coalesce((select m.seen from read_mark m where m.case_id = c.id and m.member_id = $1), 0)) as unread
  from page join cases c on c.id = page.case_id left join response_clock k on k.case_id = c.id
  order by page.at desc, page.case_id desc`;

const inbox = `
  with page as materialized (
    select distinct found.at, found.case_id
    from unnest($2::uuid[]) as mine (principal) cross join lateral (
      select a.last_activity_at as at, a.case_id from audience a
      where a.principal = mine.principal and (a.expires_at is null or a.expires_at > $3::timestamptz)
        and (a.last_activity_at, a.case_id) < ($4::timestamptz, $5::uuid)
      order by a.last_activity_at desc, a.case_id desc limit 50
    ) found
    order by found.at desc, found.case_id desc limit 50
  ) ${shown}`;

const search = `
  with page as materialized (
    select c.last_activity_at as at, t.case_id from case_text t join cases c on c.id = t.case_id
    where t.document @@ ($2::tsquery && websearch_to_tsquery('pg_catalog.english', $3))
    order by 1 desc, 2 desc limit 50
  ) ${shown}`;

const audit = `
  insert into audit (at, actor_kind, actor_id, organisation_id, act, purpose, case_id, via, outcome, trace_id)
  select $1, 'member', $2, $3, 'case.access', 'list', id, 'requester', 'allowed', $5 from unnest($4::uuid[]) as t (id)`;

const keys = `' ${member}' | ' ${everyone}'`;

async function page(url: URL): Promise<object[]> {
  const words = url.searchParams.get('words');
  const now = new Date();
  const asked =
    words === null
      ? {
          name: 'inbox',
          text: inbox,
          values: [
            ...[member, [member, everyone], now, url.searchParams.get('at') ?? 'infinity'],
            url.searchParams.get('id') ?? 'ffffffff-ffff-ffff-ffff-ffffffffffff',
          ],
        }
      : { name: 'search', text: search, values: [member, keys, words] };
  const { rows } = await cases.query<{ id: string }>(asked);
  const ids = rows.map(({ id }) => id);
  const values = [now, member, organisation, ids, randomBytes(16).toString('hex')];
  if (ids.length > 0) await access.query({ name: 'audit', text: audit, values });
  return rows;
}

function answer(response: ServerResponse, status: number, body: object): void {
  const text = JSON.stringify(body);
  response
    .writeHead(status, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) })
    .end(text);
}

const server = createServer((request, response) => {
  const url = new URL(request.url ?? '/', 'http://floor');
  if (url.pathname === '/readyz') {
    answer(response, 200, {});
    return;
  }
  page(url).then(
    (rows) => {
      answer(response, 200, { cases: rows });
    },
    (error: unknown) => {
      answer(response, 500, { error: String(error) });
    },
  );
});
server.keepAliveTimeout = 72_000;
server.listen(Number(process.env['PORT']), '127.0.0.1');
process.on('SIGTERM', () => {
  server.close();
  void Promise.all([cases.end(), access.end()]).then(() => process.exit(0));
});
