import { statement, type Queryable } from '@definitivedx/db';
import type { ConsentKind } from '../domain/consent.js';

export interface TextVersion {
  readonly kind: ConsentKind;
  readonly version: string;
  readonly title: string;
  readonly hash: string;
  readonly effectiveFrom: Date;
  readonly publishedAt: Date;
  readonly state: 'upcoming' | 'in-force' | 'replaced';
}

// What is in force is what `textsInForce` finds: the same order decides.
const versions = (columns: string, where: string) => `
  select ${columns} from (
    select t.*, case
             when t.effective_from > $1 then 'upcoming'
             when row_number() over (
               partition by t.kind, t.effective_from <= $1
               order by t.effective_from desc, t.published_at desc, t.version desc) = 1 then 'in-force'
             else 'replaced' end as state
      from consent_text t) as t
   where ${where}
   order by t.effective_from desc, t.published_at desc, t.kind, t.version`;
const columns = `t.kind, t.version, t.title, t.hash, t.effective_from as "effectiveFrom", t.published_at as "publishedAt", t.state`;

const all = statement<TextVersion>('access.text-versions', versions(columns, 'true'));
/** Every version of every text, as it stands at `now`. */
export const textVersionsAt = (db: Queryable, now: Date): Promise<TextVersion[]> => db.run(all, [now]);

const one = statement<TextVersion & { readonly body: string }>(
  'access.text-by-version',
  versions(`${columns}, t.body`, 't.kind = $2 and t.version = $3'),
);
/** One version with its words; undefined when it was never published. */
export async function textOfVersion(
  db: Queryable,
  kind: ConsentKind,
  version: string,
  now: Date,
): Promise<(TextVersion & { readonly body: string }) | undefined> {
  const [text] = await db.run(one, [now, kind, version]);
  return text;
}

export interface ConsentAct {
  readonly memberId: string;
  readonly kind: ConsentKind;
  readonly version: string;
  readonly hash: string;
  readonly act: 'accepted' | 'withdrawn';
  readonly at: Date;
}

const acts = statement<ConsentAct>(
  'access.consent-acts',
  `select member_id as "memberId", kind, version, hash, act, at from consent_act where member_id = $1 order by id`,
);
/** What a member has accepted and withdrawn, oldest first. */
export const consentActsOf = (db: Queryable, memberId: string): Promise<ConsentAct[]> =>
  db.run(acts, [memberId]);

const withdraw = statement<{ version: string }>(
  'access.withdraw-consent',
  `with gone as (
     delete from consent where member_id = $1 and kind = $2 returning version, hash
   ), noted as (
     insert into consent_act (member_id, kind, version, hash, act, at)
     select $1, $2, version, hash, 'withdrawn', $3::timestamptz from gone
   )
   select version from gone`,
);
/** Ends a member's consent to a kind of text. @returns the versions it was given to. */
export async function endConsent(
  db: Queryable,
  memberId: string,
  kind: ConsentKind,
  at: Date,
): Promise<string[]> {
  return (await db.run(withdraw, [memberId, kind, at])).map(({ version }) => version);
}
