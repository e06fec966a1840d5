import pg from 'pg';

/** How much there is to decide over. */
export interface Size {
  readonly grants: number;
  readonly members: number;
}

/** Ids by kind and number, so that any part of the population can name any other. */
const helpers = `
  create function pg_temp.id(kind int, n bigint) returns uuid immutable language sql as
    $$ select (lpad(to_hex(kind), 8, '0') || '-0000-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid $$;
  create function pg_temp.pick(n bigint, salt bigint, among bigint) returns bigint immutable language sql as
    $$ select (hashint8extended(n, salt) & 9223372036854775807) % among $$`;

const kind = { practice: 1, trust: 2, member: 3, panel: 4, case: 5, grant: 6, opening: 7 } as const;

const id = (of: keyof typeof kind, n: string): string => `pg_temp.id(${kind[of]}, ${n})`;
const one = (from: number, to: number): string => `generate_series(${from}::bigint, ${to}::bigint) as t (n)`;

/**
 * Practices and trusts, their people and panels; some people have left, are disabled or act for two organisations, and
 * some panels are closed.
 */
function directory({ members }: Size): string[] {
  const practices = Math.ceil(members / 25);
  const trusts = Math.ceil(members / 250);
  const panels = Math.ceil(members / 100);
  const panelsOfTrust = Math.ceil(panels / trusts);
  return [
    `insert into organisation (id, ods_code, name, kind, governance_access)
       select ${id('practice', 'n')}, 'P' || 100 + n, 'Practice ' || n, 'practice', n % 3 = 0 from ${one(0, practices - 1)}
       union all
       select ${id('trust', 'n')}, 'T' || 100 + n, 'Trust ' || n, 'trust', false from ${one(0, trusts - 1)}`,
    `insert into member (id, name, email, status)
       select ${id('member', 'n')}, 'Member ' || n, 'member-' || n || '@demo.invalid',
              case when n % 50 = 0 then 'disabled' else 'active' end
         from ${one(1, members)}`,
    `insert into membership (member_id, organisation_id, roles, position, status, ended_at)
       select ${id('member', 'n')},
              case when n % 5 < 3 then ${id('practice', `pg_temp.pick(n, 1, ${practices})`)}
                   else ${id('trust', `pg_temp.pick(n, 1, ${trusts})`)} end,
              array[case when n % 5 < 3 then 'clinician' else 'specialist' end], 0,
              case when n % 33 = 0 then 'ended' else 'active' end, case when n % 33 = 0 then now() end
         from ${one(1, members)}
       union all
       select ${id('member', 'n')}, ${id('practice', `pg_temp.pick(n, 2, ${practices})`)}, array['clinician'], 1, 'active', null
         from ${one(1, members)} where n % 10 = 9`,
    `create temp table staff as
       select member_id, organisation_id, o.kind, row_number() over (partition by organisation_id order by member_id) - 1 as place
         from membership join organisation o on o.id = organisation_id`,
    `insert into panel_member (panel_id, organisation_id, member_id)
       select ${id('panel', 'n')}, organisation_id, member_id
         from ${one(0, panels - 1)}
         join staff on organisation_id = ${id('trust', `n % ${trusts}`)} and place % ${panelsOfTrust} = n / ${trusts}`,
    `insert into panel (id, organisation_id, name, specialty, phone, lead_member_id, status)
       select panel_id, organisation_id, 'Panel ' || panel_id, 'Paediatrics', '020 7946 0000',
              (array_agg(member_id order by member_id))[1],
              case when row_number() over (order by panel_id) % 20 = 0 then 'closed' else 'active' end
         from panel_member group by panel_id, organisation_id`,
    `insert into organisation_duty (organisation_id, member_id, duty, given_at)
       select organisation_id, member_id, case when place < 2 then 'cover' else 'governance' end, now()
         from staff where kind = 'practice' and place < 3`,
  ];
}

/** Five grants to two cases: to panels, people, delegates and now and then all members; a fifth is revoked or has run out. */
function shares({ grants, members }: Size): string[] {
  const panels = Math.ceil(members / 100);
  return [
    `create temp table asker as
       select row_number() over (order by organisation_id, member_id) - 1 as n, member_id, organisation_id
         from staff where kind = 'practice'`,
    'create unique index on asker (n)',
    'analyze asker',
    `insert into case_ref (case_id, requester_id, organisation_id)
       select ${id('case', 't.n')}, asker.member_id, asker.organisation_id
         from ${one(0, (grants / 5) * 2 - 1)}
         join asker on asker.n = pg_temp.pick(t.n, 3, (select count(*) from asker))`,
    `insert into access_grant (id, case_id, principal_kind, principal_id, given_by, given_at, expires_at, revoked_at,
                               revoked_by, control)
       select ${id('grant', 'n')}, case_id, kind,
              case kind when 'panel' then ${id('panel', `pg_temp.pick(n, 4, ${panels})`)}
                        when 'member' then ${id('member', `pg_temp.pick(n, 5, ${members}) + 1`)}
                        else '00000000-0000-0000-0000-000000000000' end,
              requester_id, now() - interval '9 days',
              case fate when 1 then now() - interval '1 day' when 2 then now() + interval '1 year' end,
              case fate when 0 then now() - interval '1 day' end,
              case fate when 0 then requester_id end,
              kind = 'member' and place = 4 and n % 2 = 0
         from (
           select n, (n - 1) % 5 as place, pg_temp.pick(n, 6, 10) as fate,
                  case when (n - 1) % 5 in (0, 2) then 'panel'
                       when (n - 1) % 5 = 4 and n % 50 = 0 then 'everyone' else 'member' end as kind,
                  ${id('case', '(n - 1) / 5 * 2 + ((n - 1) % 5) / 2 - ((n - 1) % 5) / 4')} as case_id
             from ${one(1, grants)}
         ) as given
         join case_ref using (case_id)
        order by n`,
    `insert into governance_opening (id, case_id, member_id, organisation_id, reason, opened_at, ends_at)
       select ${id('opening', 'row_number() over ()')}, case_id, d.member_id, c.organisation_id, 'An enquiry',
              now() - interval '9 days', now() - interval '8 days'
         from case_ref c join organisation_duty d on d.organisation_id = c.organisation_id and d.duty = 'governance'
        where pg_temp.pick(('x' || right(c.case_id::text, 12))::bit(48)::bigint, 7, 100) = 0`,
  ];
}

/** Fills an empty `access` database, the same each time; foreign keys are not looked at, which makes it several times faster. */
export async function populate(adminUrl: string, size: Size): Promise<void> {
  const client = new pg.Client({ connectionString: adminUrl });
  await client.connect();
  try {
    await client.query('set session_replication_role = replica');
    await client.query(helpers);
    for (const statement of [...directory(size), ...shares(size)]) await client.query(statement);
    await client.query('vacuum analyze');
    // What was written is settled now, and not while something is measured.
    await client.query('checkpoint');
  } finally {
    await client.end();
  }
}
