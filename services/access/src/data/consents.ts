import { statement, type Queryable, type Transaction } from '@definitivedx/db';
import type { ConsentKind, TextInForce } from '../domain/consent.js';

/** A text in force with its words. */
export interface FullText extends TextInForce {
  readonly version: string;
  readonly title: string;
  readonly body: string;
  readonly hash: string;
  readonly effectiveFrom: Date;
}

const inForce = (columns: string) => `
  select ${columns}
    from (
      select distinct on (kind) * from consent_text
       where effective_from <= $2
       order by kind, effective_from desc, published_at desc, version desc
    ) as t
    left join consent c on c.member_id = $1 and c.kind = t.kind and c.version = t.version and c.hash = t.hash`;

const currency = statement<TextInForce>('access.consent-currency', inForce('t.kind, c.at as "acceptedAt"'));

/** Kind and acceptance of the texts in force at `now`. */
export const consentOf = (db: Queryable, memberId: string, now: Date): Promise<TextInForce[]> =>
  db.run(currency, [memberId, now]);

const full = statement<FullText>(
  'access.texts-in-force',
  inForce(
    't.kind, t.version, t.title, t.body, t.hash, t.effective_from as "effectiveFrom", c.at as "acceptedAt"',
  ),
);

/** The texts in force at `now`, in full, and when the member accepted each. */
export const textsInForce = (db: Queryable, memberId: string, now: Date): Promise<FullText[]> =>
  db.run(full, [memberId, now]);

const insertConsent = statement<{ at: Date }>(
  'access.record-consent',
  // The first acceptance stands; the no-op update makes it come back.
  `insert into consent (member_id, kind, version, hash, at) values ($1, $2, $3, $4, $5)
       on conflict (member_id, kind, version) do update set at = consent.at
   returning at`,
);

/** Records that the member accepts a text. @returns when they first did. */
export async function recordConsent(
  db: Queryable,
  memberId: string,
  text: { readonly kind: ConsentKind; readonly version: string; readonly hash: string },
  at: Date,
): Promise<Date> {
  const [row] = await db.run(insertConsent, [memberId, text.kind, text.version, text.hash, at]);
  return row?.at ?? at;
}

export interface NewText {
  readonly kind: ConsentKind;
  readonly version: string;
  readonly title: string;
  readonly body: string;
  readonly hash: string;
  readonly effectiveFrom: Date;
}

const insertText = statement<never>(
  'access.publish-text',
  `insert into consent_text (kind, version, title, body, hash, effective_from, published_at)
   values ($1, $2, $3, $4, $5, $6, $7) on conflict (kind, version) do nothing`,
);

const selectText = statement<{ title: string; hash: string }>(
  'access.published-text',
  `select title, hash from consent_text where kind = $1 and version = $2`,
);

/** Keeps a text unless that version exists. @returns what is kept under that version. */
export async function keepText(
  tx: Transaction,
  text: NewText,
  now: Date,
): Promise<{ title: string; hash: string } | undefined> {
  const { kind, version, title, body, hash, effectiveFrom } = text;
  await tx.run(insertText, [kind, version, title, body, hash, effectiveFrom, now]);
  const [kept] = await tx.run(selectText, [kind, version]);
  return kept;
}
