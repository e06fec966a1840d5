/**
 * That post `p` is advice in force which may be the plan: neither withdrawn nor superseded, and no consulted panel's. The
 * newest such is the one plan of its case.
 */
export const mayBePlan = `p.kind = 'advice' and p.superseded_by is null and p.withdrawn_at is null
       and not exists (select from consulted_advice k where k.post_id = p.id)`;
