import { answers, findings, questions, symptoms, treatments } from './words.js';

/** How much is loaded, and for whom. */
export interface LoadPlan {
  readonly cases: number;
  /** How many of them `whose` person asked; their panel leads these, and its member on call answers for the open ones. */
  readonly mine: number;
  readonly whose: Whose;
  /** The last case was asked now. */
  readonly now: Date;
}

/** Who finds cases of theirs among those loaded. */
export interface Whose {
  readonly requesterId: string;
  readonly practiceId: string;
  readonly panelId: string;
  readonly specialistId: string;
}

/** People and places that are loaded beside them. */
export const population = {
  practices: 400,
  requesters: 2_000,
  trusts: 20,
  panels: 100,
  specialists: 600,
} as const;

const kind = {
  practice: 1,
  trust: 2,
  requester: 3,
  panel: 4,
  specialist: 5,
  grant: 6,
  post: 7,
  case: 8,
} as const;

/** A part of a text: as it is written, or as its words are kept for searching. */
interface Part {
  readonly text: string;
  readonly vector: string;
}

const quoted = (text: string): string => `'${text.replaceAll("'", "''")}'`;

/** One of some words, by the number of the case; the first ones are picked more often than the last. */
function one(words: readonly string[], salt: number): Part {
  const count = String(words.length);
  const place = `1 + (${count} * (pg_temp.pick(n * 16 + ${String(salt)}, 97, 10000)::float8 / 10000) * (pg_temp.pick(n * 16 + ${String(salt)}, 97, 10000)::float8 / 10000))::int % ${count}`;
  const list = words.map(quoted);
  const vectors = list.map((word) => `to_tsvector('pg_catalog.english', ${word})`);
  return {
    text: `(array[${list.join(', ')}])[${place}]`,
    vector: `(array[${vectors.join(', ')}])[${place}]`,
  };
}

const said = (text: string): Part => ({
  text: quoted(text),
  vector: `to_tsvector('pg_catalog.english', ${quoted(text)})`,
});

/** The words of a text are those of its parts: to take each text apart would take most of the time of a load. */
const together = (parts: readonly Part[]): Part => ({
  text: parts.map(({ text }) => text).join(' || '),
  vector: parts.map(({ vector }) => vector).join(' || '),
});

const day: Part = {
  text: `(1 + pg_temp.pick(n, 11, 14))::text`,
  vector: `to_tsvector('pg_catalog.simple', (1 + pg_temp.pick(n, 11, 14))::text)`,
};
const reference: Part = {
  text: `'L' || n / 7`,
  vector: `array_to_tsvector(array['l' || n / 7])`,
};

const question = together([
  ...[said('Day '), day, said(' of '), one(symptoms, 1), said(' and '), one(symptoms, 2), said('. ')],
  one(questions, 3),
]);
const history = together([
  ...[said('It began with '), one(symptoms, 4), said(', then '), one(symptoms, 5), said('. On examination ')],
  ...[
    one(findings, 6),
    said(', '),
    one(findings, 7),
    said('. Given '),
    one(treatments, 8),
    said(' and later '),
  ],
  ...[
    one(treatments, 9),
    said(', without much change. Drinking and passing urine; vaccinated. Local reference '),
  ],
  reference,
]);
const post = together([
  ...[one(answers, 10), said(' '), one(answers, 11), said(' About '), one(symptoms, 12), said(': consider ')],
  one(treatments, 13),
]);

const id = (of: keyof typeof kind, n: string): string => `pg_temp.id(${String(kind[of])}, ${n})`;
const pick = (salt: number, among: number | string): string =>
  `pg_temp.pick(n, ${String(salt)}, ${String(among)})`;

/**
 * Everything about the case of a number follows from it, so that the databases of two services agree without either
 * having seen the other. Ids sort by time, as those of the system do.
 */
export function functions({ cases, mine, whose, now }: LoadPlan): string {
  const every = Math.max(1, Math.floor(cases / Math.max(1, mine)));
  const seconds = (730 * 86_400) / cases;
  return `
  create function pg_temp.id(kind int, n bigint) returns uuid immutable parallel safe language sql return
    (lpad(to_hex(kind), 8, '0') || '-10ad-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid;
  create function pg_temp.pick(n bigint, salt bigint, among bigint) returns bigint immutable parallel safe language sql return
    (hashint8extended(n, salt) & 9223372036854775807) % among;
  create function pg_temp.at(n bigint) returns timestamptz immutable parallel safe language sql return
    to_timestamp(floor((${String(now.getTime() / 1000)}::float8 - (${String(cases)} - n) * ${String(seconds)}::float8) * 1000) / 1000);
  create function pg_temp.timed(kind int, n bigint, at timestamptz) returns uuid immutable parallel safe language sql return
    (lpad(to_hex((extract(epoch from at) * 1000)::bigint), 12, '0') || '7' || lpad(to_hex(kind), 3, '0') || '8' || right(md5(n::text), 15))::uuid;
  create function pg_temp.mine(n bigint) returns boolean immutable parallel safe language sql return
    ${mine === 0 ? 'false' : `n % ${String(every)} = 0 and n / ${String(every)} <= ${String(mine)}`};

  -- One number is one code, since multiplying by an odd number maps the numbers of 35 bits one to one.
  create function pg_temp.code(n bigint) returns text immutable parallel safe language plpgsql as $$
  declare
    alphabet constant text := '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
    mixed bigint := (n * 22695477 + 12345) & 34359738367;
    symbols text := '';
    symbol integer;
    total integer := 0;
  begin
    for place in 1..7 loop
      symbol := (mixed >> (35 - 5 * place)) & 31;
      symbols := symbols || substr(alphabet, symbol + 1, 1);
      total := ((total << 1) # (case when total >= 16 then 37 else 0 end)) # symbol;
    end loop;
    total := (total << 1) # (case when total >= 16 then 37 else 0 end);
    return 'DX-' || left(symbols, 4) || '-' || right(symbols, 3) || substr(alphabet, total + 1, 1);
  end $$;

  create function pg_temp.question(n bigint) returns text immutable parallel safe language sql return ${question.text};
  create function pg_temp.history(n bigint) returns text immutable parallel safe language sql return ${history.text};
  create function pg_temp.asked_words(n bigint) returns tsvector immutable parallel safe language sql return
    ${question.vector} || ${history.vector};
  create function pg_temp.post_text(n bigint) returns text immutable parallel safe language sql return ${post.text};
  create function pg_temp.post_words(n bigint) returns tsvector immutable parallel safe language sql return ${post.vector};

  -- Most cases have ended; of the latest most are open, and a few older ones are.
  create function pg_temp.status(n bigint) returns text immutable parallel safe language sql return
    case when n > ${String(Math.floor(cases * 0.97))} or ${pick(12, 50)} = 0
      then (array['awaiting-advice', 'awaiting-information', 'advice-given', 'awaiting-advice'])[1 + ${pick(13, 4)}]
      else (array['closed', 'closed', 'closed', 'closed', 'closed', 'closed', 'closed', 'closed', 'cancelled', 'converted'])[1 + ${pick(13, 10)}]
    end;

  create function pg_temp.loaded(first bigint, last bigint) returns table (
    n bigint, case_id uuid, requester_id uuid, practice_id uuid, panel_id uuid, second_panel_id uuid, invited_id uuid,
    specialist_id uuid, status text, is_open boolean, posts int, created_at timestamptz, last_activity_at timestamptz)
    stable parallel safe language sql as $$
    select n, case_id, requester_id, practice_id, panel_id,
      case when ${pick(5, 10)} = 0 and second <> panel_id then second end,
      case when ${pick(6, 7)} = 0 then ${id('specialist', pick(7, population.specialists))} end,
      specialist_id, status, status in ('awaiting-advice', 'awaiting-information', 'advice-given'), posts, at,
      at + make_interval(hours => posts * 5)
    from (
      select n, pg_temp.timed(${String(kind.case)}, n, pg_temp.at(n)) as case_id, pg_temp.at(n) as at, pg_temp.status(n) as status,
        ${pick(8, 5)}::int as posts, ${id('panel', pick(9, population.panels))} as second,
        case when pg_temp.mine(n) then ${quoted(whose.requesterId)}::uuid else ${id('requester', pick(1, population.requesters))} end as requester_id,
        case when pg_temp.mine(n) then ${quoted(whose.practiceId)}::uuid else ${id('practice', `${pick(1, population.requesters)} % ${String(population.practices)}`)} end as practice_id,
        case when pg_temp.mine(n) then ${quoted(whose.panelId)}::uuid else ${id('panel', pick(2, population.panels))} end as panel_id,
        case when pg_temp.mine(n) then ${quoted(whose.specialistId)}::uuid
             else ${id('specialist', `${pick(2, population.panels)} + ${String(population.panels)} * ${pick(4, Math.floor(population.specialists / population.panels))}`)} end as specialist_id
      from generate_series(first, last) as t (n)
    ) as one
  $$;`;
}

export { id as idOf, kind };
