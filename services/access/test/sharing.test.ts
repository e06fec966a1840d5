import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { v7 } from 'uuid';
import type { MemberCaller } from '@definitivedx/auth';
import { callerPrincipals, caseAudience, type AudienceEntry } from '@definitivedx/contracts';
import { AccessWorld, inOneHour, toEveryone, toMember, toPanel } from './access-world.js';

let access: AccessWorld;
let practice: { organisationId: string; odsCode: string };
let trust: { organisationId: string; odsCode: string };
let gp: MemberCaller;
let lead: MemberCaller;
let specialist: MemberCaller;
let panel: { panelId: string; name: string };

beforeAll(async () => {
  access = await AccessWorld.start();
  practice = await access.organisation('practice');
  trust = await access.organisation('trust');
  gp = await access.member(practice);
  lead = await access.member(trust, ['specialist']);
  specialist = await access.member(trust, ['specialist'], 'Specialist');
  panel = await access.panel(trust.odsCode, lead, [specialist]);
});
afterAll(() => access.stop());

const grantsOf = (caseId: string) =>
  access.sql<{ id: string }>('select id from access_grant where case_id = $1 order by given_order', [caseId]);
const issueOf = (path: string) =>
  expect.objectContaining({ code: 'invalid-input', issues: [expect.objectContaining({ path })] });

describe('sharing a case', () => {
  it('says who could answer by each grant, in the order asked', async () => {
    const colleague = await access.member(practice);
    const entries = [toMember(colleague), toPanel(panel), toMember(specialist)];
    const grantIds = entries.map(() => v7());
    const { answerers } = await access.share(gp, v7(), entries, grantIds);
    expect(answerers).toEqual([
      { grantId: grantIds[0], to: { kind: 'member', memberId: colleague.memberId }, leadMemberId: null },
      { grantId: grantIds[1], to: { kind: 'panel', panelId: panel.panelId }, leadMemberId: lead.memberId },
      {
        grantId: grantIds[2],
        to: { kind: 'member', memberId: specialist.memberId },
        leadMemberId: specialist.memberId,
      },
    ]);
  });

  it('does the same once, however often and however simultaneously it is repeated', async () => {
    const caseId = v7();
    const entries = [toPanel(panel), toMember(specialist, access.later())];
    const grantIds = entries.map(() => v7());
    const replies = await Promise.all(
      Array.from({ length: 8 }, () => access.share(gp, caseId, entries, grantIds)),
    );
    expect(new Set(replies.map((reply) => JSON.stringify(reply))).size).toBe(1);
    expect(await grantsOf(caseId)).toEqual(grantIds.map((id) => ({ id })));
  });

  it('refuses a repeat that asks for something else', async () => {
    const { caseId, grantIds } = await access.newCase(gp, toMember(specialist));
    const other: AudienceEntry[] = [toMember(lead), toPanel(panel), toMember(specialist, access.later())];
    for (const entry of other) {
      await expect(access.share(gp, caseId, [entry], grantIds)).rejects.toMatchObject({ code: 'conflict' });
    }
    await expect(access.share(gp, v7(), [toMember(specialist)], grantIds)).rejects.toMatchObject({
      code: 'conflict',
    });
    expect(await access.via(lead, caseId)).toBeNull();
  });

  it('makes exactly one of those who share a new case at once its requester', async () => {
    const callers = await Promise.all(Array.from({ length: 6 }, () => access.member(practice)));
    const caseId = v7();
    const outcomes = await Promise.allSettled(
      callers.map((caller) => access.share(caller, caseId, [toMember(specialist)])),
    );
    const won = outcomes.flatMap((outcome, place) =>
      outcome.status === 'fulfilled' ? [callers[place]!] : [],
    );
    expect(won).toHaveLength(1);
    for (const outcome of outcomes) {
      if (outcome.status === 'rejected') expect(outcome.reason).toMatchObject({ code: 'not-found' });
    }
    for (const caller of callers) {
      expect(await access.via(caller, caseId)).toBe(caller === won[0] ? 'requester' : null);
    }
    expect(await grantsOf(caseId)).toHaveLength(1);
  });

  it('is for its requester alone, not for those it is shared with', async () => {
    const { caseId } = await access.newCase(gp, toMember(specialist));
    await expect(access.share(specialist, caseId, [toMember(lead)])).rejects.toMatchObject({
      code: 'not-found',
    });
    expect(await access.via(lead, caseId)).toBeNull();
  });

  it('names the entry that cannot be: unknown, disabled, closed, oneself, twice, already over', async () => {
    const gone = await access.member(trust, ['specialist']);
    await access.disable(gone);
    const closed = await access.panel(trust.odsCode, lead);
    await access.sql(`update panel set status = 'closed' where id = $1`, [closed.panelId]);
    const wrong: [AudienceEntry, string][] = [
      [{ kind: 'member', memberId: v7() }, 'audience.1.memberId'],
      [toMember(gone), 'audience.1.memberId'],
      [{ kind: 'panel', panelId: v7() }, 'audience.1.panelId'],
      [toPanel(closed), 'audience.1.panelId'],
      [toMember(gp), 'audience.1.memberId'],
      [toMember(specialist), 'audience.1.memberId'],
      [toMember(lead, access.later(0)), 'audience.1.expiresAt'],
    ];
    for (const [entry, path] of wrong) {
      const caseId = v7();
      await expect(access.share(gp, caseId, [toMember(specialist), entry])).rejects.toEqual(issueOf(path));
      // Nothing of it was done: the case id is still anybody's.
      expect(await access.via(gp, caseId)).toBeNull();
    }
  });

  it('with everyone needs the organisation to have turned that on', async () => {
    await expect(access.newCase(gp, toEveryone())).rejects.toMatchObject({
      code: 'forbidden',
      message: expect.stringContaining('not turned on'),
    });
    const open = await access.organisation('practice');
    await access.allowEveryone(open.organisationId);
    const member = await access.member(open);
    const { caseId } = await access.newCase(member, toEveryone());
    expect(await access.via(specialist, caseId)).toBe('everyone');
  });

  it('is refused to an account that has ended, whatever its token says', async () => {
    const leaver = await access.member(practice);
    await access.disable(leaver);
    await expect(access.newCase(leaver, toMember(specialist))).rejects.toMatchObject({ code: 'forbidden' });
  });
});

describe('revoking', () => {
  it('ends the grant before it replies, and says who is left to answer', async () => {
    const { caseId, grantIds } = await access.newCase(gp, toPanel(panel), toMember(lead, access.later()));
    expect(await access.via(specialist, caseId)).toBe('panel');
    const reply = await access.revoke(gp, caseId, grantIds[0]!);
    expect(await access.via(specialist, caseId)).toBeNull();
    expect(reply).toEqual({
      revokedAt: access.now().toISOString(),
      to: { kind: 'panel', panelId: panel.panelId },
      answerers: [
        {
          grantId: grantIds[1],
          to: { kind: 'member', memberId: lead.memberId },
          leadMemberId: lead.memberId,
        },
      ],
    });
    access.world.clock.advance(inOneHour);
    expect((await access.revoke(gp, caseId, grantIds[0]!)).answerers).toEqual([]);
  });

  it('keeps the first end when repeated', async () => {
    const { caseId, grantIds } = await access.newCase(gp, toMember(specialist));
    const first = await access.revoke(gp, caseId, grantIds[0]!);
    access.world.clock.advance(inOneHour);
    expect(await access.revoke(gp, caseId, grantIds[0]!)).toEqual(first);
  });

  it('is for its requester alone, and for a grant of that case', async () => {
    const { caseId, grantIds } = await access.newCase(gp, toMember(specialist));
    const other = await access.newCase(gp, toMember(lead));
    await expect(access.revoke(specialist, caseId, grantIds[0]!)).rejects.toMatchObject({
      code: 'not-found',
    });
    await expect(access.revoke(gp, caseId, other.grantIds[0]!)).rejects.toMatchObject({ code: 'not-found' });
    expect(await access.via(specialist, caseId)).toBe('member');
    expect(await access.via(lead, other.caseId)).toBe('member');
  });

  it('is not undone by repeating the share; sharing anew opens the case again', async () => {
    const { caseId, grantIds } = await access.newCase(gp, toMember(specialist));
    await access.revoke(gp, caseId, grantIds[0]!);
    expect(await access.share(gp, caseId, [toMember(specialist)], grantIds)).toEqual({
      answerers: [],
      maySee: [],
      panels: [],
    });
    expect(await access.via(specialist, caseId)).toBeNull();
    await access.share(gp, caseId, [toMember(specialist)]);
    expect(await access.via(specialist, caseId)).toBe('member');
  });
});

describe('the audience of a case', () => {
  it('is shown to its requester with names, ended grants included, and to nobody else', async () => {
    const { caseId, grantIds } = await access.newCase(gp, toPanel(panel), toMember(specialist));
    const { revokedAt } = await access.revoke(gp, caseId, grantIds[1]!);
    const { grants } = await access.world.request(caseAudience, gp, { caseId });
    expect(grants).toMatchObject([
      {
        grantId: grantIds[0],
        to: { kind: 'panel', panelId: panel.panelId },
        name: panel.name,
        revokedAt: null,
      },
      { grantId: grantIds[1], name: 'Specialist', givenBy: gp.memberId, expiresAt: null, revokedAt },
    ]);
    await expect(access.world.request(caseAudience, lead, { caseId })).rejects.toMatchObject({
      code: 'not-found',
    });
  });

  it('is found under oneself and the active panels one is in', async () => {
    const ask = async (caller: MemberCaller) =>
      (await access.world.request(callerPrincipals, caller, {})).principals;
    expect((await ask(specialist)).sort()).toEqual([specialist.memberId, panel.panelId].sort());
    expect(await ask(gp)).toEqual([gp.memberId]);
    const gone = await access.member(trust, ['specialist']);
    await access.disable(gone);
    expect(await ask(gone)).toEqual([]);
  });
});
