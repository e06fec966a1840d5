import { z } from 'zod';
import { request } from '../define.js';
import { commandId, id, instant, pageLimit, text } from '../fields.js';
import { attestation } from './commands.js';

/** Far coarser than the age band of a case. */
export const teachingAge = z.enum(['infant', 'toddler', 'school age', 'adolescent']);

/** A case as it is taught: texts written for that, and next to nothing else. */
const teachingCase = z.strictObject({
  teachingId: id.describe('Drawn at random: it says nothing of the case or of when.'),
  question: z.string(),
  course: z.string(),
  learningPoint: z.string(),
  age: teachingAge,
  duration: z.string().describe('From the question to the close, in words.'),
});

export const offerForTeaching = request('cases', 'offer-for-teaching', {
  summary:
    'Offers a closed case for teaching, in texts written anew: from then on every member may read these, and nobody whose they are. Its requester may, where their organisation has turned teaching on.',
  from: ['gateway'],
  who: { members: ['clinician', 'specialist'] },
  request: z.strictObject({
    commandId,
    caseId: id,
    attestation: attestation.describe('Of these texts: they are shown further than the case was.'),
    question: text(4_000),
    course: text(20_000).describe('What was found, advised and done, without times, places and names.'),
    learningPoint: text(2_000),
  }),
  reply: z.strictObject({ teachingId: id, offeredAt: instant }),
});

export const endTeaching = request('cases', 'end-teaching', {
  summary: 'Takes a case back from teaching. Its asking side may, at any time.',
  from: ['gateway'],
  who: { members: ['clinician', 'specialist'] },
  request: z.strictObject({ commandId, caseId: id }),
  reply: z.strictObject({ endedAt: instant }),
});

export const caseTeaching = request('cases', 'case-teaching', {
  summary: 'Under which id a case is taught, for its asking side alone.',
  from: ['gateway'],
  who: { members: ['clinician', 'specialist'] },
  request: z.strictObject({ caseId: id }),
  reply: z.strictObject({
    offered: z.strictObject({ teachingId: id, offeredAt: instant }).nullable(),
  }),
});

export const listTeaching = request('cases', 'list-teaching', {
  summary: 'Cases offered for teaching, in no order of time. A page may be short; follow the cursor.',
  from: ['gateway'],
  who: { members: 'any' },
  request: z.strictObject({ cursor: id.optional(), limit: pageLimit }),
  reply: z.strictObject({ cases: z.array(teachingCase), nextCursor: id.nullable() }),
});

export const getTeaching = request('cases', 'get-teaching', {
  summary: 'One case offered for teaching.',
  from: ['gateway'],
  who: { members: 'any' },
  request: z.strictObject({ teachingId: id }),
  reply: teachingCase,
});
