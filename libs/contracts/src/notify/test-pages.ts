import { z } from 'zod';
import { request } from '../define.js';
import { id, instant } from '../fields.js';

export const testPage = z.strictObject({
  pageId: id,
  panelId: id,
  memberId: id.describe('Who was on call, and is to acknowledge it signed in.'),
  at: instant,
  acknowledgedAt: instant.nullable(),
});

export const sendTestPage = request('notify', 'send-test-page', {
  summary:
    "Pages whoever is on call for a panel of the caller's organisation, as a test. It has arrived once they acknowledge it.",
  from: ['gateway'],
  who: { members: ['organisation-admin'], clients: ['conformance'] },
  request: z.strictObject({ panelId: id }),
  reply: testPage,
});

export const acknowledgeTestPage = request('notify', 'acknowledge-test-page', {
  summary: 'The member who was paged as a test says that it reached them. Repeating it keeps the first time.',
  from: ['gateway'],
  who: { members: 'any' },
  request: z.strictObject({ pageId: id }),
  reply: testPage,
});

export const testPages = request('notify', 'test-pages', {
  summary: "The latest twenty test pages of the caller's organisation, newest first.",
  from: ['gateway', 'access'],
  who: { members: ['organisation-admin'], clients: ['conformance'] },
  request: z.strictObject({}),
  reply: z.strictObject({ pages: z.array(testPage) }),
});
