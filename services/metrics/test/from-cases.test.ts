import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { MemberCaller } from '@definitivedx/auth';
import {
  addPost,
  anonymisationDuty,
  closeCase,
  createCase,
  registerMember,
  registerOrganisation,
  registerPanel,
  setRota,
  type Role,
} from '@definitivedx/contracts';
import { until } from '@definitivedx/testing';
import { Programme } from './programme.js';

const { version, hash } = anonymisationDuty;

let programme: Programme;
beforeAll(async () => {
  programme = await Programme.start();
  const { world } = programme;
  await Promise.all((['access', 'notify', 'cases'] as const).map((service) => world.startProgram(service)));
});
afterAll(() => programme.stop());

/** Someone of an organisation, registered as an operator would. */
async function person(odsCode: string, organisationId: string, roles: Role[]): Promise<MemberCaller> {
  const subject = randomUUID();
  const { memberId } = await programme.world.request(registerMember, await programme.world.as('operator'), {
    issuer: 'https://identity.invalid',
    subject,
    name: 'Demo person',
    email: `${subject}@demo.invalid`,
    memberships: [{ odsCode, roles }],
  });
  return programme.world.member({ memberId, organisationId, roles });
}

describe('a case on the real services', () => {
  it('is asked, answered and closed, and the practice and the trust read its outcome', async () => {
    const { world } = programme;
    const operator = await world.as('operator');
    const [practice, trust] = await Promise.all([
      world.request(registerOrganisation, operator, {
        odsCode: 'A81001',
        name: 'Practice',
        kind: 'practice',
      }),
      world.request(registerOrganisation, operator, { odsCode: 'RXX', name: 'Trust', kind: 'trust' }),
    ]);
    const gp = await person('A81001', practice.organisationId, ['clinician']);
    const specialist = await person('RXX', trust.organisationId, ['specialist']);
    const { panelId } = await world.request(registerPanel, operator, {
      odsCode: 'RXX',
      name: 'General paediatrics',
      specialty: 'Paediatrics',
      phone: '020 7946 0000',
      leadMemberId: specialist.memberId,
      memberIds: [specialist.memberId],
    });
    await world.request(setRota, operator, { panelId, timeZone: 'Europe/London', shifts: [] });

    const { caseId } = await world.request(createCase, gp, {
      commandId: randomUUID(),
      attestation: { version, hash },
      question: 'Is this rash worrying?',
      history: 'Day 3 of fever, well hydrated.',
      ageBand: '2-5 years',
      sex: 'not-relevant',
      intendedAction: 'refer',
      priority: 'routine',
      consent: { sharing: 'parent-or-carer' },
      audience: [{ kind: 'panel', panelId }],
    });
    await world.request(addPost, specialist, {
      commandId: randomUUID(),
      caseId,
      kind: 'advice',
      body: 'Reassure and review in two days.',
      recommendation: 'ADVICE_ONLY_NO_REFERRAL_RECOMMENDED',
      adviser: { grade: 'consultant', professionalNumber: '7012345' },
    });
    await world.request(closeCase, gp, {
      commandId: randomUUID(),
      caseId,
      survey: { outcome: 'confirmed-plan', referral: 'contemplated-avoided', comment: 'Thank you.' },
    });

    const year = String(new Date().getUTCFullYear());
    const months = { from: `${year}-01`, to: `${year}-12` };
    const report = await until(async () => {
      const found = await programme.report(practice.organisationId, months);
      return found.total.surveyed.denominator === 1 && found.total.answered === 1 && found;
    }, 'the case in the report');
    expect(report.rows.map((row) => row.panelId)).toEqual([panelId]);
    expect(report.total).toMatchObject({
      asked: 1,
      stillOpen: 0,
      elapsedMinutes: { n: 1, low: null },
      withinTarget: { numerator: 1, denominator: 1 },
      referralsAvoided: { numerator: 1, denominator: 1 },
      surveyed: { numerator: 1, denominator: 1 },
    });
    expect((await programme.report(trust.organisationId, months)).total).toEqual(report.total);
  });
});
