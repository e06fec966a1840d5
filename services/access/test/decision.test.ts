import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { v7 } from 'uuid';
import type { MemberCaller } from '@definitivedx/auth';
import { whoMaySee, type AudienceEntry } from '@definitivedx/contracts';
import { AccessWorld, inOneHour, toEveryone, toMember, toPanel } from './access-world.js';

let access: AccessWorld;
let practice: { organisationId: string; odsCode: string };
let trust: { organisationId: string; odsCode: string };
let gp: MemberCaller;

beforeAll(async () => {
  access = await AccessWorld.start();
  practice = await access.organisation('practice');
  trust = await access.organisation('trust');
  await access.allowEveryone(practice.organisationId);
  gp = await access.member(practice);
});
afterAll(() => access.stop());

const specialist = () => access.member(trust, ['specialist']);

/** A relation between a person and a case, and why it lets them see it; null when it does not. */
interface Relation {
  readonly via: 'requester' | 'member' | 'panel' | 'everyone' | null;
  readonly make: () => Promise<{ caller: MemberCaller; caseId: string }>;
}

async function sharedWith(caller: MemberCaller, ...entries: AudienceEntry[]) {
  const { caseId, grantIds } = await access.newCase(gp, ...entries);
  return { caller, caseId, grantIds };
}

async function onPanel(expiresAt?: string) {
  const [lead, caller] = [await specialist(), await specialist()];
  const panel = await access.panel(trust.odsCode, lead, [caller]);
  return { lead, panel, ...(await sharedWith(caller, toPanel(panel, expiresAt))) };
}

async function then<T>(made: Promise<T>, next: (made: T) => Promise<unknown>): Promise<T> {
  const result = await made;
  await next(result);
  return result;
}

const revoked = (made: Promise<{ caller: MemberCaller; caseId: string; grantIds: string[] }>) =>
  then(made, ({ caseId, grantIds }) => access.revoke(gp, caseId, grantIds[0]!));
const disabled = <T extends { caller: MemberCaller }>(made: Promise<T>) =>
  then(made, ({ caller }) => access.disable(caller));
const expired = <T>(made: Promise<T>) => then(made, async () => access.world.clock.advance(inOneHour));

async function someone(roles: Parameters<AccessWorld['member']>[1], at: () => typeof practice) {
  return sharedWith(await access.member(at(), roles), toMember(await specialist()));
}

const relations: Record<string, Relation> = {
  'its requester': { via: 'requester', make: async () => sharedWith(gp, toMember(await specialist())) },
  'an invited member': {
    via: 'member',
    make: async () => {
      const caller = await specialist();
      return sharedWith(caller, toMember(caller));
    },
  },
  'an invited member before the end of the invitation': {
    via: 'member',
    make: async () => {
      const caller = await specialist();
      const made = await sharedWith(caller, toMember(caller, access.later(inOneHour)));
      access.world.clock.advance(inOneHour - 1);
      return made;
    },
  },
  'an invited member at the end of the invitation': {
    via: null,
    make: async () => {
      const caller = await specialist();
      return expired(sharedWith(caller, toMember(caller, access.later(inOneHour))));
    },
  },
  'an invited member whose invitation was revoked': {
    via: null,
    make: async () => {
      const caller = await specialist();
      return revoked(sharedWith(caller, toMember(caller)));
    },
  },
  'an invited member who was disabled': {
    via: null,
    make: async () => {
      const caller = await specialist();
      return disabled(sharedWith(caller, toMember(caller)));
    },
  },
  'an invited member acting as an organisation they do not belong to': {
    via: null,
    make: async () => {
      const caller = await specialist();
      const { caseId } = await sharedWith(caller, toMember(caller));
      const { memberId, roles } = caller;
      const elsewhere = { memberId, organisationId: practice.organisationId, roles, consented: true };
      return { caller: await access.world.member(elsewhere), caseId };
    },
  },
  'a member of an invited panel': { via: 'panel', make: () => onPanel() },
  'the lead of an invited panel': {
    via: 'panel',
    make: async () => {
      const { lead, caseId } = await onPanel();
      return { caller: lead, caseId };
    },
  },
  'someone who joined an invited panel later': {
    via: 'panel',
    make: async () => {
      const { lead, panel, caseId } = await onPanel();
      const caller = await specialist();
      await access.panel(trust.odsCode, lead, [caller], panel.name);
      return { caller, caseId };
    },
  },
  'someone who left the invited panel': {
    via: null,
    make: () => then(onPanel(), ({ lead, panel }) => access.panel(trust.odsCode, lead, [], panel.name)),
  },
  'a member of an invited panel that was closed': {
    via: null,
    make: () =>
      then(onPanel(), ({ panel }) =>
        access.sql(`update panel set status = 'closed' where id = $1`, [panel.panelId]),
      ),
  },
  'a member of a panel whose invitation was revoked': { via: null, make: () => revoked(onPanel()) },
  'a member of a panel whose invitation has ended': {
    via: null,
    make: () => expired(onPanel(access.later(inOneHour))),
  },
  'a member of an invited panel who was disabled': { via: null, make: () => disabled(onPanel()) },
  'anyone when shared with everyone': {
    via: 'everyone',
    make: async () => sharedWith(await specialist(), toEveryone()),
  },
  'anyone after sharing with everyone was revoked': {
    via: null,
    make: async () => revoked(sharedWith(await specialist(), toEveryone())),
  },
  'anyone after sharing with everyone has ended': {
    via: null,
    make: async () => expired(sharedWith(await specialist(), toEveryone(access.later(inOneHour)))),
  },
  'a disabled member when shared with everyone': {
    via: null,
    make: async () => disabled(sharedWith(await specialist(), toEveryone())),
  },
  'a signed caller without an account when shared with everyone': {
    via: null,
    make: async () => {
      const organisationId = trust.organisationId;
      const caller = await access.world.member({
        memberId: v7(),
        organisationId,
        roles: ['clinician'],
        consented: true,
      });
      return sharedWith(caller, toEveryone());
    },
  },
  'an invited member whose panel is invited too': {
    via: 'member',
    make: async () => {
      const caller = await specialist();
      const panel = await access.panel(trust.odsCode, caller);
      return sharedWith(caller, toPanel(panel), toMember(caller));
    },
  },
  'a member of an invited panel whose own invitation was revoked': {
    via: 'panel',
    make: async () => {
      const caller = await specialist();
      const panel = await access.panel(trust.odsCode, caller);
      return revoked(sharedWith(caller, toMember(caller), toPanel(panel)));
    },
  },
  "a colleague in the requester's practice": {
    via: null,
    make: () => someone(['clinician'], () => practice),
  },
  "the administrator of the requester's practice": {
    via: null,
    make: () => someone(['organisation-admin', 'programme-lead'], () => practice),
  },
  'a specialist who was not invited': { via: null, make: () => someone(['specialist'], () => trust) },
  'an operator': { via: null, make: () => someone(['operator'], () => trust) },
  'anyone, of a case that does not exist': { via: null, make: async () => ({ caller: gp, caseId: v7() }) },
  'its requester who was disabled': {
    via: null,
    make: async () => {
      const caller = await access.member(practice);
      const { caseId } = await access.newCase(caller, toMember(await specialist()));
      return disabled(Promise.resolve({ caller, caseId }));
    },
  },
};

describe('who may see a case', () => {
  it.each(Object.entries(relations))('%s', async (_who, { via, make }) => {
    const { caller, caseId } = await make();
    expect(await access.via(caller, caseId)).toBe(via);

    const audited = await access.sql<{ via: string | null; outcome: string }>(
      `select via, outcome from audit where case_id = $1 and act = 'case.access'`,
      [caseId],
    );
    expect(audited).toEqual([{ via, outcome: via === null ? 'refused' : 'allowed' }]);
  });

  it('is the same to the services that deliver and assign', async () => {
    for (const [who, { via, make }] of Object.entries(relations)) {
      // Which organisation someone acts as is a matter of their session; a delivery has none.
      if (who.includes('acting as')) continue;
      const { caller, caseId } = await make();
      const input = { caseId, memberIds: [caller.memberId] };
      const { memberIds } = await access.world.request(whoMaySee, await access.world.as('notify'), input);
      expect([who, memberIds]).toEqual([who, via === null ? [] : [caller.memberId]]);
    }
  });

  it('is decided for a page of a hundred at once, each one once and audited', async () => {
    const caller = await specialist();
    const mine = await Promise.all(Array.from({ length: 10 }, () => access.newCase(gp, toMember(caller))));
    const others = Array.from({ length: 89 }, () => v7());
    const caseIds = [...mine.map((made) => made.caseId), ...others];
    const { allowed } = await access.check(caller, ...caseIds, caseIds[0]!);
    expect(allowed.map((one) => one.caseId).sort()).toEqual(mine.map((made) => made.caseId).sort());
    const outcomes = await access.sql(
      `select outcome, count(*)::int as n from audit where actor_id = $1 group by outcome order by outcome`,
      [caller.memberId],
    );
    expect(outcomes).toEqual([
      { outcome: 'allowed', n: 10 },
      { outcome: 'refused', n: 89 },
    ]);
  });

  it('names the grant that opens the case', async () => {
    const caller = await specialist();
    const { caseId, grantIds } = await access.newCase(gp, toMember(caller));
    expect((await access.check(caller, caseId)).allowed).toEqual([
      { caseId, via: 'member', grantId: grantIds[0] },
    ]);
  });
});
