/** How many posts of others a reader has not seen in a case `c`: SQL for a number. */
export const unreadBy = (reader: string): string => `(
  select count(*)::int from post p where p.case_id = c.id and p.author_id <> ${reader})`;
