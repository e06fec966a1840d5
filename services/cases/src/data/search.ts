import { statement, type Queryable } from '@definitivedx/db';
import type { SearchTerms } from '../domain/search-terms.js';

// Dictionaries and operators are PostgreSQL's; what was typed only ever comes in as text to be taken apart by it, or as
// letters and digits. A beginning is taken both as the beginning of a stem and as it is, as stems may be shorter.
const asQuery = statement<{ words: string | null }>(
  'search-words',
  `select string_agg('(' || part::text || ')', ' & ') as words
   from (
     select plainto_tsquery('pg_catalog.english', $1::text) as part
     union all
     select phraseto_tsquery('pg_catalog.english', phrase) from unnest($2::text[]) as t (phrase)
     union all
     select to_tsquery('pg_catalog.english', beginning) || to_tsquery('pg_catalog.simple', beginning)
     from unnest($3::text[]) as t (beginning)
   ) parts
   where numnode(part) > 0`,
);

/** What is looked for, as PostgreSQL writes it; undefined when only words of nearly every text are. */
export async function searchQuery(db: Queryable, terms: SearchTerms): Promise<string | undefined> {
  const beginnings = terms.beginnings.map((parts) => `${parts.join(' & ')}:*`);
  const [row] = await db.run(asQuery, [terms.words, terms.phrases, beginnings]);
  return row?.words ?? undefined;
}

/** The same for those cases alone that are filed under one of the principals, as migration 0009 writes them. */
export const amongPrincipals = (words: string, principals: readonly string[]): string =>
  `(${principals.map((principal) => `' ${principal}'`).join(' | ')}) & ${words}`;
