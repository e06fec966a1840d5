import type { handOver } from '@definitivedx/contracts';
import { statement, type Queryable } from '@definitivedx/db';
import type { z } from 'zod';

type HandOver = z.output<typeof handOver>;

// PostgreSQL writes a moment into JSON in its own form, so the moments are brought into the contract's form here.
const moment = (column: string): string =>
  `to_char(${column} at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`;

const selectMine = statement<HandOver>(
  'select-my-hand-overs',
  `select h.id as "handOverId", h.panel_id as "panelId", h.outgoing_id as "outgoingId", h.incoming_id as "incomingId",
          ${moment('h.at')} as at, i.items
   from (
     select * from hand_over where closed_at is null and (outgoing_id = $1 or incoming_id = $1 or lead_id = $1)
     order by at desc, id desc limit 100
   ) h
   cross join lateral (
     select jsonb_agg(jsonb_build_object('caseId', case_id, 'notedAt', ${moment('noted_at')},
                                         'acceptedAt', ${moment('accepted_at')}, 'escalatedAt', ${moment('escalated_at')})
                      order by id) as items
     from hand_over_item where hand_over_id = h.id and dropped_at is null
   ) i
   order by h.at desc, h.id desc`,
);

/** The open hand-overs of a member: from them, to them, or passed to them as lead; newest first, a hundred at most. */
export const handOversOf = (db: Queryable, memberId: string): Promise<HandOver[]> =>
  db.run(selectMine, [memberId]);
