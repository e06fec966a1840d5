import { z } from 'zod';
import { roles, scopes } from './define.js';

/** Identifiers of ours: UUIDs, opaque, never reused. A strict pattern keeps `*`, `>`, `.` and CRLF out of any subject or URL. */
export const id = z.uuid().toLowerCase().describe('UUID');

/** Moment in UTC, ISO 8601. */
export const instant = z.iso.datetime().describe('UTC, ISO 8601');

/** Free text as people type it: well-formed Unicode, no NUL (PostgreSQL refuses it), not only spaces. */
export const text = (max: number, min = 1): z.ZodString =>
  z
    .string()
    .max(max, `Use at most ${String(max)} characters.`)
    .refine(
      (value) => value.isWellFormed(),
      'The text holds half a character (a lone surrogate). Please retype it.',
    )
    .refine((value) => !value.includes('\u0000'), 'The text holds a NUL character. Please remove it.')
    .refine((value) => value.trim().length >= min, 'Please write something here.');

/** One line: no line breaks or other control characters, so that it can never end a mail header. */
export const line = (max: number): z.ZodString =>
  text(max).refine(
    // eslint-disable-next-line no-control-regex -- control characters are what this refuses
    (value) => !/[\u0000-\u001f\u007f\u2028\u2029]/.test(value),
    'Use one line without control characters.',
  );

/** An e-mail address as an account has it. */
export const emailAddress = z.email('Write an e-mail address, such as name@example.org.').max(254);

/** Whether a text is an e-mail address of an account. */
export const isEmailAddress = (text: string): boolean => emailAddress.safeParse(text).success;

export const odsCode = z
  .string()
  .regex(/^[A-Z0-9]{3,12}$/, 'An ODS code is 3 to 12 upper-case letters and digits.');

export const role = z.enum(roles);
export const scope = z.enum(scopes);
export const priority = z.enum(['routine', 'urgent']);
export const caseStatus = z.enum([
  'awaiting-advice',
  'awaiting-information',
  'advice-given',
  'closed',
  'cancelled',
  'converted',
]);
export const postKind = z.enum(['question', 'advice', 'information', 'note']);
export const recommendation = z.enum([
  'ADVICE_ONLY_NO_REFERRAL_RECOMMENDED',
  'ADVICE_FOLLOWED_BY_REFERRAL_IF_REQUIRED',
  'REFERRAL_RECOMMENDED',
  'OTHER',
  'ATTEND_NOW',
]);

/** Age is a band, never a date of birth; finer for infants, where it matters clinically. */
export const ageBand = z.enum([
  '0-7 days',
  '8-28 days',
  '1-3 months',
  '3-6 months',
  '6-12 months',
  '1-2 years',
  '2-5 years',
  '5-10 years',
  '10-16 years',
  '16-18 years',
]);

/** What any grant may carry. */
const terms = {
  expiresAt: instant.optional().describe('When the share ends by itself; never, when absent.'),
  reason: line(200).optional().describe('Why, for those who control the case and for the audit.'),
};

/** Whom a grant is for. */
export const audienceEntry = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('member'),
    memberId: id,
    ...terms,
    control: z
      .literal(true)
      .optional()
      .describe('The person may also share the case and end shares, as the requester may.'),
  }),
  z.strictObject({ kind: z.literal('panel'), panelId: id, ...terms }),
  z.strictObject({ kind: z.literal('everyone'), ...terms }),
]);

/** Why someone may see a case, from the strongest relation to the weakest. */
export const everyRelation = [
  'requester',
  'cover',
  'delegate',
  'member',
  'panel',
  'everyone',
  'governance',
] as const;
export const relation = z.enum(everyRelation);

/** What a case is opened for. */
export const everyPurpose = [
  'read',
  'list',
  'post',
  'hand-over',
  'files',
  'file-upload',
  'file-download',
  'audience',
  'audit',
  'close',
  'record-copy',
] as const;
export const purpose = z.enum(everyPurpose);

/** The same command id carried out twice has one effect and one reply. */
export const commandId = id.describe('Unique per attempt to do something; a repeat returns the first reply.');

export const cursor = z.string().max(200).describe('Opaque; take it from the previous page.');
export const pageLimit = z.int().min(1).max(100).default(50);

export type Relation = z.output<typeof relation>;
export type Purpose = z.output<typeof purpose>;
export type Priority = z.output<typeof priority>;
export type CaseStatus = z.output<typeof caseStatus>;
export type PostKind = z.output<typeof postKind>;
export type Recommendation = z.output<typeof recommendation>;
export type AudienceEntry = z.output<typeof audienceEntry>;
