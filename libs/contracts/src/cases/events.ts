import { z } from 'zod';
import { event } from '../define.js';
import { caseStatus, id, instant, postKind, priority, recommendation } from '../fields.js';

const grantRef = z.strictObject({
  grantId: id,
  kind: z.enum(['member', 'panel', 'everyone']),
  principalId: id,
});

export const caseShared = event('cases', 'case-shared', 1, {
  summary: 'A case was opened to more people: at its creation, or later by its requester.',
  consumers: ['notify'],
  data: z.strictObject({
    caseId: id,
    requesterId: id,
    organisationId: id,
    created: z.boolean().describe('True for the share that created the case.'),
    priority,
    responsibleId: id,
    grants: z.array(grantRef),
    at: instant,
  }),
});

export const casePosted = event('cases', 'case-posted', 1, {
  summary: 'Something was added to the discussion of a case.',
  consumers: ['notify'],
  data: z.strictObject({
    caseId: id,
    postId: id,
    kind: postKind,
    recommendation: recommendation.nullable(),
    authorId: id,
    requesterId: id,
    responsibleId: id.nullable(),
    status: caseStatus,
    at: instant,
  }),
});

export const shareRevoked = event('cases', 'share-revoked', 1, {
  summary:
    'A grant was ended. People who had seen the case through it are told that it is no longer shared with them.',
  consumers: ['notify'],
  data: z.strictObject({
    caseId: id,
    grant: grantRef,
    responsibleId: id.nullable(),
    handedTo: id
      .nullable()
      .describe('The new responsible specialist, when the former one lost access by this.'),
    status: caseStatus,
    at: instant,
  }),
});

/** An act to be appended to the audit. Codes and ids only; the trace id comes with the message. */
export const caseActed = event('cases', 'acted', 1, {
  summary: 'Someone did something to a case; access appends it to the audit.',
  consumers: ['access'],
  data: z.strictObject({
    act: z.enum([
      'case.create',
      'case.post',
      'case.share',
      'case.revoke',
      'case.hand-over',
      'case.acknowledge',
      'case.consult',
      'case.lead-panel',
      'case.phone-call',
      'case.close',
      'case.record-copy',
      'case.edit-post',
      'case.withdraw-post',
      'case.acknowledge-advice',
      'case.export',
      'case.survey',
      'case.cancel',
      'case.convert',
      'case.identified-route',
      'case.reopen',
      'case.follow-up',
      'case.flag',
      'case.clear-flag',
      'case.teaching-offer',
      'case.teaching-end',
    ]),
    caseId: id,
    memberId: id,
    organisationId: id,
    subjectId: id.nullable().describe('The post, grant or advice concerned.'),
    at: instant,
  }),
});
