import { randomUUID } from 'node:crypto';
import type { Stage } from '../cast.js';
import { aCase } from '../client.js';

const person = { name: 'Test person', email: 'person@demo.invalid' };
const at = (rest: string): string => `POST /api/v1/${rest}`;

/**
 * Bodies that are right in what no schema says, such as a text and its hash, or a panel and somebody of its organisation:
 * by operation, beside those made from the schema.
 */
export const examples = (stage: Stage): Readonly<Record<string, readonly unknown[]>> => {
  const { panelId, memberId } = stage;
  const { audience } = aCase(panelId);
  const survey = { outcome: 'confirmed-plan', referral: 'other' };
  const panel = { specialty: 'Paediatrics', phone: '01632 960001', openTo: 'all-organisations' };
  return {
    [at('me/organisation')]: [{ odsCode: 'PRAC1' }],
    [at('cases')]: [aCase(panelId), { ...aCase(panelId), question: 'A 😀 of ש', priority: 'urgent' }],
    [at('cases/search')]: [{ code: 'DX-0000-0000' }],
    [at('cases/audience-preview')]: [{ audience }],
    [at('cases/{caseId}/posts')]: [
      { kind: 'note', body: 'Noted 😀.' },
      {
        kind: 'advice',
        body: 'Wait.',
        recommendation: 'OTHER',
        adviser: { grade: 'consultant', professionalNumber: '7012345' },
      },
    ],
    [at('cases/{caseId}/audience')]: [
      { audience: [{ kind: 'member', memberId: memberId.colleague, reason: 'Second opinion' }] },
    ],
    [at('cases/{caseId}/close')]: [{ survey }, { survey: { ...survey, valueToPatient: 5, comment: '👍' } }],
    [at('organisation/members')]: [
      { ...person, email: `${randomUUID()}@demo.invalid`, subject: randomUUID(), roles: ['clinician'] },
    ],
    [at('organisation/panels')]: (['admin', 'panelMember'] as const).map((part) => ({
      ...panel,
      name: `Panel ${randomUUID()}`,
      leadMemberId: memberId[part],
      memberIds: [memberId[part]],
    })),
    [at('organisation/panels/{panelId}/members')]: [{ memberIds: [memberId.formerPanelMember] }],
    [at('organisation/panels/{panelId}/offers')]: [{ odsCode: 'OTHER1' }],
    [at('organisation/clients')]: [
      { name: 'A program', scopes: ['scim'], jwksUri: 'http://127.0.0.1:9/jwks' },
    ],
    [at('organisation/webhooks')]: [{ url: 'http://127.0.0.1:9/', eventTypes: ['case.shared'] }],
    [at('organisation/webhooks/{webhookId}/replays')]: [{ since: '2026-11-01T00:00:00Z' }],
    'PATCH /api/v1/organisation/webhooks/{webhookId}': [{ description: 'x' }],
    'PATCH /api/v1/organisation/members/{memberId}': [{ name: 'Somebody' }],
    'PATCH /api/v1/organisation/panels/{panelId}': [{ phone: '01632 960001' }],
    'PUT /api/v1/organisation/panels/{panelId}/rota': [
      {
        timeZone: 'Europe/London',
        shifts: [{ weekday: 1, start: '09:00', end: '17:00', memberId: memberId.panelMember }],
      },
    ],
  };
};
