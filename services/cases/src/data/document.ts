import type { ReplyOf, takeCaseDocument } from '@definitivedx/contracts';
import { statement, type Queryable } from '@definitivedx/db';

type ActedFor = ReplyOf<typeof takeCaseDocument>['actedFor'];

const actedFor = statement<ActedFor[number]>(
  'case-authors-acted-for',
  `select author_id as "memberId", organisation_id as "organisationId", array_agg(number order by number) as numbers
   from post where case_id = $1 group by author_id, organisation_id order by min(number)`,
);

/** For which organisation each author wrote which posts of a case. */
export const authorsActedFor = (db: Queryable, caseId: string): Promise<ActedFor> =>
  db.run(actedFor, [caseId]);
