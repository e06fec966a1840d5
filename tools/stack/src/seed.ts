// Registers the demo organisations and people. Repeatable: every start of the system runs it.
import {
  publishText,
  registerMember,
  registerOrganisation,
  registerPanel,
  setOverride,
  setRota,
  type Role,
} from '@definitivedx/contracts';
import { connectTool, toolConfigFromEnv } from '@definitivedx/provisioner';
import { explain } from '../../bootstrap/steps.mjs';
import { demoTexts } from './demo-texts.js';
import { people, type DemoKey } from './identity-provider/people.js';

const organisations = [
  { odsCode: 'DEMONORTH', name: 'Demo North Practice', kind: 'practice' },
  { odsCode: 'DEMOSOUTH', name: 'Demo South Practice', kind: 'practice' },
  { odsCode: 'DEMOTRUST', name: "Demo Children's Hospital Trust", kind: 'trust' },
] as const;

const memberships: Readonly<Record<DemoKey, { readonly odsCode: string; readonly roles: Role[] }>> = {
  gp: { odsCode: 'DEMONORTH', roles: ['clinician'] },
  'gp-two': { odsCode: 'DEMOSOUTH', roles: ['clinician'] },
  'weak-gp': { odsCode: 'DEMONORTH', roles: ['clinician'] },
  'specialist-on-call': { odsCode: 'DEMOTRUST', roles: ['specialist'] },
  'specialist-two': { odsCode: 'DEMOTRUST', roles: ['specialist'] },
  'programme-lead': { odsCode: 'DEMOTRUST', roles: ['programme-lead'] },
  'trust-admin': { odsCode: 'DEMOTRUST', roles: ['organisation-admin'] },
  operator: { odsCode: 'DEMOTRUST', roles: ['operator'] },
};

/** Always the same, so that a later start moves the override instead of adding one. */
const overrideId = '01900000-0000-7000-8000-000000000001';
const overrideDays = 30;
const minute = 60_000;

async function seed(): Promise<void> {
  const issuer = process.env['OIDC_ISSUER'];
  if (!issuer) throw new Error('Please set OIDC_ISSUER.');
  const bus = await connectTool('operator', toolConfigFromEnv());
  try {
    const caller = await bus.self();
    for (const text of demoTexts) {
      await bus.request(publishText, caller, { ...text, effectiveFrom: '2026-11-01T00:00:00Z' });
    }
    for (const organisation of organisations) await bus.request(registerOrganisation, caller, organisation);
    const ids = new Map<DemoKey, string>();
    for (const { key, subject, name, email } of people) {
      const input = { issuer, subject, name, email, memberships: [memberships[key]] };
      ids.set(key, (await bus.request(registerMember, caller, input)).memberId);
    }
    const memberId = (key: DemoKey): string => {
      const found = ids.get(key);
      if (found === undefined) throw new Error(`${key} is not registered`);
      return found;
    };
    const onCall = memberId('specialist-on-call');
    const next = memberId('specialist-two');
    const { panelId } = await bus.request(registerPanel, caller, {
      odsCode: 'DEMOTRUST',
      name: 'General paediatrics',
      specialty: 'Paediatrics',
      // From the range that is kept free for drama.
      phone: '01632 960001',
      leadMemberId: next,
      memberIds: [onCall, next],
    });
    const weekdays = [1, 2, 3, 4, 5, 6, 7];
    await bus.request(setRota, caller, {
      panelId,
      timeZone: 'Europe/London',
      shifts: weekdays.flatMap((weekday) => [
        { weekday, start: '08:00', end: '20:00', memberId: onCall },
        { weekday, start: '20:00', end: '08:00', memberId: next },
      ]),
    });
    // Whenever somebody tries the demo, the specialist on call is the one who is called so.
    const now = Date.now();
    await bus.request(setOverride, caller, {
      overrideId,
      panelId,
      memberId: onCall,
      from: new Date(now - minute).toISOString(),
      until: new Date(now + overrideDays * 24 * 60 * minute).toISOString(),
    });
  } finally {
    await bus.close();
  }
}

try {
  await seed();
} catch (error) {
  explain(error);
  process.exitCode = 1;
}
