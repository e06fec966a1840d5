import { z } from 'zod';
import type { RequestContract, ServiceName } from '../define.js';
import { cursor } from '../fields.js';

/** Services that keep something under a member's id besides the gateway, which answers for its own rows itself. */
export const servicesWithMembers = [
  'access',
  'cases',
  'files',
  'notify',
  'metrics',
] as const satisfies readonly ServiceName[];

/** Rows of one kind. A kind that does not fit one page goes on in the next. */
const section = z.strictObject({
  name: z.string(),
  rows: z.array(z.record(z.string(), z.unknown())),
});

const request = z.strictObject({ after: cursor.optional() });
const reply = z.strictObject({ sections: z.array(section), next: z.string().nullable() });

/** The same request, answered by each service for its own tables. Nobody names whose data they want: it is the caller's. */
export const exportMember = (
  service: (typeof servicesWithMembers)[number],
): RequestContract<typeof request, typeof reply> => ({
  type: 'request',
  subject: `rpc.${service}.export-member`,
  service,
  summary:
    'What this service keeps about the caller, page by page, every kind of row named even when there is none.',
  from: ['gateway'],
  who: { members: 'any', beforeConsent: true },
  request,
  reply,
});

export type ExportPage = z.output<typeof reply>;
export type ExportedSection = z.output<typeof section>;
