import { idOf, kind, population } from './functions.js';

/** Rows of the cases database for the cases from number `first` to `last`. */
export function caseRows(first: number, last: number): readonly string[] {
  const loaded = `pg_temp.loaded(${String(first)}, ${String(last)})`;
  return [
    `create temp table batch on commit drop as
       select *, pg_temp.question(n) as question, pg_temp.history(n) as history from ${loaded}`,
    'analyze batch',
    `insert into cases (id, code, requester_id, organisation_id, question, history, age_band, sex, intended_action, priority,
       status, version, post_count, text_bytes, lead_panel_id, created_at, last_activity_at, ended_at)
     select case_id, pg_temp.code(n), requester_id, practice_id, question, history,
       (array['2-5 years', '5-10 years', '1-2 years', '10-16 years', '6-12 months', '3-6 months'])[1 + n % 6], 'not-relevant',
       (array['refer', 'not-refer', 'unsure'])[1 + n % 3], case when n % 8 = 0 then 'urgent' else 'routine' end,
       status, 1 + posts, posts, 1200 + posts * 700, panel_id, created_at, last_activity_at, case when not is_open then last_activity_at end
     from batch`,
    `insert into ending (case_id, ended_at, status, ended_by)
     select case_id, last_activity_at, status, requester_id from batch where not is_open`,
    `create temp table batch_post on commit drop as
       select pg_temp.timed(${String(kind.post)}, n * 8 + place, created_at + make_interval(hours => place * 5)) as id, case_id, place,
         case when place % 2 = 1 then specialist_id else requester_id end as author_id, practice_id, n,
         (array['advice', 'information', 'question', 'note'])[place] as kind,
         created_at + make_interval(hours => place * 5) as at, pg_temp.post_text(n * 8 + place) as body
       from batch cross join lateral generate_series(1, posts) as t (place)`,
    `insert into post (id, case_id, number, kind, author_id, organisation_id, body, recommendation, posted_at, asking)
     select id, case_id, place, kind, author_id, practice_id, body, case when kind = 'advice' then 'OTHER' end, at, place % 2 = 0 from batch_post`,
    `create temp table batch_audience on commit drop as
       select case_id, null::uuid as grant_id, 'requester' as kind, requester_id as principal, n, is_open, status,
         last_activity_at, created_at, posts from batch
       union all select case_id, null, 'practice', practice_id, n, is_open, status, last_activity_at, created_at, posts from batch
       union all select case_id, ${grantOf(0)}, 'panel', panel_id, n, is_open, status, last_activity_at, created_at, posts from batch
       union all select case_id, ${grantOf(1)}, 'panel', second_panel_id, n, is_open, status, last_activity_at, created_at, posts
         from batch where second_panel_id is not null
       union all select case_id, ${grantOf(2)}, 'member', invited_id, n, is_open, status, last_activity_at, created_at, posts
         from batch where invited_id is not null`,
    `insert into audience (case_id, grant_id, kind, principal, last_activity_at, open, due_at)
     select case_id, grant_id, kind, principal, last_activity_at, is_open,
       case when status = 'awaiting-advice' then created_at + interval '2 days' end from batch_audience order by case_id`,
    `insert into response_clock (case_id, panel_id, calendar, terms, budget_minutes, started_at, running_since, stopped_at, due_at,
       first_answer_at)
     select case_id, panel_id, 'england-and-wales', '{}', 960, created_at, case when status = 'awaiting-advice' then created_at end,
       case when status in ('awaiting-advice', 'awaiting-information') then null else created_at + interval '5 hours' end,
       created_at + interval '2 days', case when posts > 0 then created_at + interval '5 hours' end
     from batch`,
    `insert into responsibility (case_id, member_id, reason, from_at, until_at, acknowledged_at)
     select case_id, specialist_id, 'on-call', created_at, case when not is_open then last_activity_at end, created_at from batch`,
    `insert into timeline (case_id, kind, actor_id, detail, at)
     select case_id, 'asked', requester_id, '{}', created_at from batch`,
    // As the system's own function would write them, for all at once.
    `insert into case_text (case_id, document)
     select case_id,
       array_to_tsvector(array(
         select filed_as(key) from unnest(array[requester_id, practice_id, panel_id, second_panel_id, invited_id]) as t (key)
         where key is not null
       )) || pg_temp.asked_words(n) || ${[1, 2, 3, 4].map(postWords).join(' || ')}
     from batch`,
  ];
}

/** What the two sides of most cases have seen, where marks are kept: all, or all but the last. */
export const markRows = (first: number, last: number): string => `
  insert into read_mark (case_id, member_id, seen, asking, at)
  select case_id, reader, greatest(posts - (pg_temp.pick(n, 14, 5) = 0)::int, 0), reader = requester_id, last_activity_at
  from pg_temp.loaded(${String(first)}, ${String(last)}), lateral (values (requester_id), (specialist_id)) as t (reader)
  where pg_temp.pick(n, 15, 10) > 0`;

const postWords = (place: number): string =>
  `case when posts >= ${String(place)} then pg_temp.post_words(n * 8 + ${String(place)}) else ''::tsvector end`;

const grantOf = (place: number): string =>
  `pg_temp.timed(${String(kind.grant)}, n * 4 + ${String(place)}, created_at)`;

const series = (count: number): string => `generate_series(0, ${String(count - 1)}) as t (n)`;
const { practices, requesters, trusts, panels, specialists } = population;

/** People and places in the access database. */
export const directoryRows: readonly string[] = [
  `insert into organisation (id, ods_code, name, kind)
   select ${idOf('practice', 'n')}, 'LOADP' || 1000 + n, 'Loaded practice ' || n, 'practice' from ${series(practices)}
   union all select ${idOf('trust', 'n')}, 'LOADT' || 1000 + n, 'Loaded trust ' || n, 'trust' from ${series(trusts)}`,
  `insert into member (id, name, email)
   select ${idOf('requester', 'n')}, 'Loaded GP ' || n, 'loaded-gp-' || n || '@demo.invalid' from ${series(requesters)}
   union all
   select ${idOf('specialist', 'n')}, 'Loaded specialist ' || n, 'loaded-specialist-' || n || '@demo.invalid' from ${series(specialists)}`,
  `insert into membership (member_id, organisation_id, roles, position)
   select ${idOf('requester', 'n')}, ${idOf('practice', `n % ${String(practices)}`)}, array['clinician'], 0 from ${series(requesters)}
   union all
   select ${idOf('specialist', 'n')}, ${idOf('trust', `n % ${String(panels)} % ${String(trusts)}`)}, array['specialist'], 0 from ${series(specialists)}`,
  `insert into panel_member (panel_id, organisation_id, member_id)
   select ${idOf('panel', `n % ${String(panels)}`)}, ${idOf('trust', `n % ${String(panels)} % ${String(trusts)}`)}, ${idOf('specialist', 'n')}
   from ${series(specialists)}`,
  `insert into panel (id, organisation_id, name, specialty, phone, lead_member_id)
   select ${idOf('panel', 'n')}, ${idOf('trust', `n % ${String(trusts)}`)}, 'Loaded panel ' || n, 'Paediatrics', '020 7946 0000', ${idOf('specialist', 'n')}
   from ${series(panels)}`,
];

/** Rows of the access database for the cases from number `first` to `last`. */
export function grantRows(first: number, last: number): readonly string[] {
  const loaded = `pg_temp.loaded(${String(first)}, ${String(last)})`;
  const given = (place: number, principalKind: string, principal: string): string => `
    select ${grantOf(place)}, case_id, '${principalKind}', ${principal}, requester_id, created_at from batch where ${principal} is not null`;
  return [
    `create temp table batch on commit drop as select * from ${loaded}`,
    'insert into case_ref (case_id, requester_id, organisation_id) select case_id, requester_id, practice_id from batch',
    `insert into access_grant (id, case_id, principal_kind, principal_id, given_by, given_at)
     ${given(0, 'panel', 'panel_id')} union all ${given(1, 'panel', 'second_panel_id')} union all ${given(2, 'member', 'invited_id')}`,
  ];
}
