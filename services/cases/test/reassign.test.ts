import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  acceptHandOver,
  addPanelMembers,
  assignDuty,
  caseAudience,
  caseEnded,
  changeMember,
  changePanel,
  closeCase,
  closePanel,
  handTo,
  nobodyLeft,
  placeEnded,
  removePanelMember,
  reopenPlace,
  requesterLeft,
  responsibilityGiven,
  revokeShare,
  shareFurther,
  shareRevoked,
  whoMaySee,
} from '@definitivedx/contracts';
import { until } from '@definitivedx/testing';
import fc from 'fast-check';
import { Clinic, refusal, toMember, toPanel, type Panel, type Person } from './clinic.js';

let clinic: Clinic;
let gp: Person;
let admin: Person;

beforeAll(async () => {
  clinic = await Clinic.open();
  gp = await clinic.gp();
  admin = await clinic.trustAdministrator();
});
afterAll(() => clinic.world.stop());

/** A panel with a doctor on call, a lead, and one more specialist. */
async function panelOfThree(): Promise<Panel & { third: Person }> {
  const [onCall, lead, third] = [
    await clinic.specialist(),
    await clinic.specialist(),
    await clinic.specialist(),
  ];
  const panel = await clinic.panel({ onCall, lead, members: [onCall, lead, third] });
  return { ...panel, third };
}
const responsible = async (caseId: string): Promise<string | null> =>
  (await clinic.read(gp, caseId)).responsibleId;
const answersSoon = (caseId: string, by: Person): Promise<unknown> =>
  until(async () => (await responsible(caseId)) === by.memberId, 'the case reassigned');
const statusSoon = (caseId: string, status: string): Promise<unknown> =>
  until(async () => (await clinic.read(gp, caseId)).status === status, `the case ${status}`);
const grantsOf = async (caseId: string): Promise<{ grantId: string; principal: string }[]> => {
  const { grants } = await clinic.world.request(caseAudience, await gp.caller(), { caseId });
  return grants
    .filter(({ revokedAt }) => revokedAt === null)
    .map(({ grantId, to }) => ({
      grantId,
      principal: to.kind === 'member' ? to.memberId : to.kind === 'panel' ? to.panelId : 'everyone',
    }));
};
/** Nothing is left to be reassigned, and every event of access has been heard. */
async function settled(): Promise<void> {
  const access = await clinic.world.database('access');
  const subjects = ['place-ended', 'panel-left', 'specialist-ended', 'panel-closed', 'panel-led-anew'].map(
    (n) => `evt.access.${n}.v1`,
  );
  await until(async () => {
    const sent = await access.run<{ id: string }>(
      { name: '', text: 'select message_id as id from outbox where subject = any ($1::text[])' },
      [subjects],
    );
    const heard = await clinic.rows<{ id: string }>(
      'select distinct message_id as id from inbox where handled_at is not null',
    );
    const known = new Set(heard.map(({ id }) => id));
    const waiting = await clinic.rows(
      `select 1 from timer where kind in ('reassign', 'led-anew', 'grant-expired') and due_at <= $1`,
      [clinic.world.clock.now()],
    );
    return sent.every(({ id }) => known.has(id)) && waiting.length === 0;
  }, 'everybody who left accounted for');
}

describe('who answers for a case leaves', () => {
  it('passes each of their cases to who answers by the rule, in the same moment each', async () => {
    const panel = await panelOfThree();
    const caseIds = [];
    for (let count = 0; count < 6; count += 1) {
      caseIds.push((await clinic.share(gp, clinic.caseFor([toPanel(panel)]))).caseId);
    }
    clinic.world.clock.advance(60_000);
    const answered = await clinic.leave(admin, panel.onCall);
    for (const caseId of caseIds) await answersSoon(caseId, panel.lead);
    const tookMs = performance.now() - answered;
    console.log(`six cases were reassigned within ${tookMs.toFixed(0)} ms of the reply that ended the place`);
    expect(tookMs).toBeLessThan(5_000);

    const [caseId] = caseIds;
    const history = await clinic.rows<{ reason: string; from: Date; until: Date | null }>(
      'select reason, from_at as from, until_at as until from responsibility where case_id = $1 order by id',
      [caseId],
    );
    expect(history.map(({ reason }) => reason)).toEqual(['on-call', 'panel-lead']);
    expect(history[0]?.until).toEqual(history[1]?.from);
    expect(await clinic.events(responsibilityGiven, caseId!)).toEqual([
      expect.objectContaining({
        fromMemberId: panel.onCall.memberId,
        toMemberId: panel.lead.memberId,
        givenBy: null,
      }),
    ]);
    const told = (await clinic.timeline(gp, caseId!)).filter(({ kind }) => kind === 'responsible').at(-1);
    expect(told).toMatchObject({ actorId: null, subjectId: panel.lead.memberId });
    expect(await clinic.wronglyAnswered()).toEqual([]);
  });

  it('leaves alone who still sees the case another way, and who only left another panel', async () => {
    const panel = await panelOfThree();
    const named = await clinic.share(gp, clinic.caseFor([toPanel(panel), toMember(panel.onCall)]));
    const input = { panelId: panel.panelId, memberId: panel.onCall.memberId };
    await clinic.world.request(removePanelMember, await admin.caller(), input);
    await settled();
    expect(await responsible(named.caseId)).toBe(panel.onCall.memberId);
  });

  it('passes on from who sees it as before but is no specialist any more', async () => {
    const [invited, panel] = [await clinic.specialist(), await panelOfThree()];
    const { caseId } = await clinic.share(gp, clinic.caseFor([toMember(invited)]));
    const more = { commandId: randomUUID(), caseId, audience: [toPanel(panel)] };
    await clinic.world.request(shareFurther, await gp.caller(), more);
    const given = { commandId: randomUUID(), caseId };
    const { memberId } = panel.third;
    const without = async (who: Person): Promise<unknown> =>
      clinic.world.request(changeMember, await admin.caller(), {
        memberId: who.memberId,
        roles: ['clinician'],
      });
    await without(invited);
    await answersSoon(caseId, panel.onCall);
    expect((await clinic.read(invited, caseId)).via).toBe('member');
    await clinic.world.request(handTo, await panel.onCall.caller(), { ...given, memberId, note: 'Yours.' });
    await without(panel.third);
    await answersSoon(caseId, panel.onCall);
    // Chosen for being on call, whatever their roles, and so stays for as long as they are.
    await without(panel.onCall);
    await settled();
    expect(await responsible(caseId)).toBe(panel.onCall.memberId);
  });

  it('goes to any specialist of the panel when it has neither doctor on call nor lead who can', async () => {
    const [lead, third] = [await clinic.specialist(), await clinic.specialist()];
    const panel = await clinic.panel({ onCall: 'nobody', lead, members: [lead, third] });
    // The lead asks their own panel: nobody answers their own question.
    const asking = await clinic.share(gp, clinic.caseFor([toPanel(panel), toMember(lead)]));
    await clinic.leave(admin, lead);
    await until(async () => (await responsible(asking.caseId)) === third.memberId, 'the third');
    const [row] = await clinic.rows<{ reason: string }>(
      'select reason from responsibility where case_id = $1 and until_at is null',
      [asking.caseId],
    );
    // They lead it by then, since a panel is never without a lead.
    expect(['panel-lead', 'panel-specialist']).toContain(row?.reason);
  });

  it('is cancelled as the last resort, and the asking side is told', async () => {
    const invited = await clinic.specialist();
    const { caseId } = await clinic.share(gp, clinic.caseFor([toMember(invited)]));
    await clinic.leave(admin, invited);
    await statusSoon(caseId, 'cancelled');
    expect(await clinic.events(nobodyLeft, caseId)).toHaveLength(1);
    expect(await clinic.events(caseEnded, caseId)).toHaveLength(1);
    expect((await clinic.timeline(gp, caseId)).map(({ kind }) => kind)).toContain('cancelled');
    expect(await clinic.wronglyAnswered()).toEqual([]);
  });

  it('holds also when they leave between being found able and being named', async () => {
    const panel = await panelOfThree();
    const { caseId } = await clinic.share(gp, clinic.caseFor([toPanel(panel)]));
    await clinic.leave(admin, panel.third);
    await settled();
    // Stands for a command that had asked access before the place ended, and names them now.
    await clinic.db.transaction(async (tx) => {
      const { endResponsibility, makeResponsible } = await import('../src/data/cases.js');
      const at = clinic.world.clock.now();
      const since = await endResponsibility(tx, caseId, at);
      makeResponsible(tx, caseId, { memberId: panel.third.memberId, reason: 'on-call' }, since);
    });
    await answersSoon(caseId, panel.onCall);
    expect(await clinic.wronglyAnswered()).toEqual([]);
  });

  it('has one effect, however often the event comes', async () => {
    const panel = await panelOfThree();
    const { caseId } = await clinic.share(gp, clinic.caseFor([toPanel(panel)]));
    await clinic.leave(admin, panel.onCall);
    await answersSoon(caseId, panel.lead);
    const { organisationId } = await admin.caller();
    const at = clinic.world.clock.now().toISOString();
    const { memberId } = panel.onCall;
    const event = { memberId, organisationId, reason: 'removed', caseIds: [], at } as const;
    for (const messageId of [randomUUID(), randomUUID()]) {
      for (let time = 0; time < 3; time += 1) {
        await clinic.world.publish(placeEnded, memberId, { ...event, caseIds: [] }, messageId);
      }
      const heard = 'select 1 from inbox where message_id = $1 and handled_at is not null';
      await until(async () => (await clinic.rows(heard, [messageId])).length > 0, 'the event heard');
    }
    await settled();
    expect(await clinic.events(responsibilityGiven, caseId)).toHaveLength(1);
  });

  it('holds while the case is written in and taken over at the same time', async () => {
    const panel = await panelOfThree();
    const { caseId } = await clinic.share(gp, clinic.caseFor([toPanel(panel)]));
    const taking = { commandId: randomUUID(), caseId };
    await Promise.all([
      clinic.leave(admin, panel.onCall),
      ...Array.from({ length: 5 }, () => clinic.post(gp, caseId, 'note')),
      clinic.world.request(acceptHandOver, await panel.lead.caller(), taking),
    ]);
    await settled();
    expect(await responsible(caseId)).toBe(panel.lead.memberId);
    expect(await clinic.wronglyAnswered()).toEqual([]);
  });
});

describe('a panel closes', () => {
  it('stops leading: the panel asked next does, and its doctor answers', async () => {
    const [first, second] = [await panelOfThree(), await panelOfThree()];
    const { caseId } = await clinic.share(gp, clinic.caseFor([toPanel(first), toPanel(second)]));
    const before = await clinic.read(gp, caseId);
    await clinic.world.request(closePanel, await admin.caller(), { panelId: first.panelId });
    await answersSoon(caseId, second.onCall);
    const after = await clinic.read(gp, caseId);
    expect(after).toMatchObject({ leadPanelId: second.panelId, answerBy: before.answerBy, clock: 'running' });
    expect((await clinic.timeline(gp, caseId)).map(({ kind }) => kind)).toContain('lead-panel');
  });

  it('stops leading also where who answers sees the case another way', async () => {
    const [first, second] = [await panelOfThree(), await panelOfThree()];
    const audience = [toPanel(first), toPanel(second), toMember(first.onCall)];
    const { caseId } = await clinic.share(gp, clinic.caseFor(audience));
    await clinic.world.request(closePanel, await admin.caller(), { panelId: first.panelId });
    await until(async () => (await clinic.read(gp, caseId)).leadPanelId === second.panelId, 'the next panel');
    expect(await responsible(caseId)).toBe(first.onCall.memberId);
  });
});

describe('a panel gets another lead', () => {
  it('passes on what fell to the former one as its lead and waits; what is answered stays', async () => {
    const [lead, next] = [await clinic.specialist(), await clinic.specialist()];
    const panel = await clinic.panel({ onCall: 'nobody', lead, members: [lead, next] });
    const waiting = await clinic.share(gp, clinic.caseFor([toPanel(panel)]));
    const advised = await clinic.share(gp, clinic.caseFor([toPanel(panel)]));
    await clinic.post(lead, advised.caseId, 'advice');
    const input = { panelId: panel.panelId, leadMemberId: next.memberId };
    await clinic.world.request(changePanel, await admin.caller(), input);
    await answersSoon(waiting.caseId, next);
    await settled();
    expect(await responsible(advised.caseId)).toBe(lead.memberId);
    expect(await clinic.wronglyAnswered()).toEqual([]);
  });
});

describe('a share ends by itself', () => {
  it('passes the case on at that moment, and tells who had seen it', async () => {
    const [invited, panel] = [await clinic.specialist(), await panelOfThree()];
    const expiresAt = new Date(clinic.world.clock.now().getTime() + 3_600_000).toISOString();
    const { caseId } = await clinic.share(gp, clinic.caseFor([{ ...toMember(invited), expiresAt }]));
    const more = { commandId: randomUUID(), caseId, audience: [toPanel(panel)] };
    await clinic.world.request(shareFurther, await gp.caller(), more);
    expect(await responsible(caseId)).toBe(invited.memberId);
    // The programs of access and notify run by the clock on the wall: what has expired is moved into the past there.
    const access = await clinic.world.database('access');
    const past = `update access_grant set given_at = given_at - interval '2 days', expires_at = now() - interval '1 day'
       where case_id = $1 and expires_at is not null`;
    await access.run({ name: '', text: past }, [caseId]);
    clinic.world.clock.advance(3_600_000);
    await answersSoon(caseId, panel.onCall);
    expect(await clinic.events(shareRevoked, caseId)).toEqual([
      expect.objectContaining({ handedTo: panel.onCall.memberId, responsibleId: panel.onCall.memberId }),
    ]);
    const ended = (await clinic.timeline(gp, caseId)).find(({ kind }) => kind === 'share-ended');
    expect(ended).toMatchObject({ actorId: null, detail: { why: 'expired' } });
    expect(
      await clinic.rows('select 1 from audience where case_id = $1 and expires_at is not null', [caseId]),
    ).toEqual([]);
  });

  it('waits when the clock of access is behind', async () => {
    const [invited, panel] = [await clinic.specialist(), await panelOfThree()];
    const expiresAt = new Date(clinic.world.clock.now().getTime() + 3_600_000).toISOString();
    const audience = [{ ...toMember(invited), expiresAt }, toPanel(panel)];
    const { caseId } = await clinic.share(gp, clinic.caseFor(audience));
    const access = await clinic.world.database('access');
    const ahead = `update access_grant set expires_at = now() + interval '1 day' where case_id = $1 and expires_at is not null`;
    await access.run({ name: '', text: ahead }, [caseId]);
    clinic.world.clock.advance(3_600_000);
    const due = `select due_at from timer where case_id = $1 and kind = 'grant-expired' and due_at > $2`;
    await until(
      async () => (await clinic.rows(due, [caseId, clinic.world.clock.now()])).length > 0,
      'the timer put off',
    );
    expect(await clinic.events(shareRevoked, caseId)).toEqual([]);
  });
});

describe('who asked leaves', () => {
  it('leaves their cases to the practice, which hears which they are', async () => {
    const [leaver, cover] = [await clinic.gp(), await clinic.gp()];
    const practice = await clinic.administrator();
    const panel = await panelOfThree();
    const { caseId } = await clinic.share(leaver, clinic.caseFor([toPanel(panel)]));
    const duty = { duty: 'cover', memberIds: [cover.memberId] } as const;
    await clinic.world.request(assignDuty, await practice.caller(), {
      ...duty,
      memberIds: [...duty.memberIds],
    });
    await clinic.leave(practice, leaver);
    const { organisationId } = await practice.caller();
    await until(
      async () => (await clinic.events(requesterLeft, organisationId)).length > 0,
      'the practice told',
    );
    expect(await clinic.events(requesterLeft, organisationId)).toEqual([
      expect.objectContaining({ caseIds: [caseId] }),
    ]);
    expect(await refusal(clinic.read(leaver, caseId))).toMatchObject({ code: 'not-found' });
    expect(await clinic.read(cover, caseId)).toMatchObject({
      via: 'cover',
      responsibleId: panel.onCall.memberId,
    });
    await clinic.post(cover, caseId, 'information');
  });
});

describe('whatever happens', () => {
  type Act =
    'share' | 'revoke' | 'leave' | 'return' | 'close-panel' | 'hand-to' | 'take-over' | 'advise' | 'close';
  const act = fc.record({
    do: fc.constantFrom<Act>(
      ...([
        'share',
        'revoke',
        'leave',
        'leave',
        'return',
        'close-panel',
        'hand-to',
        'take-over',
        'advise',
        'close',
      ] as const),
    ),
    which: fc.nat(99),
    other: fc.nat(99),
  });

  it('no open case is without its one responsible specialist, who may see it, and no history has a gap', async () => {
    const service = await clinic.world.as('cases');
    const property = fc.asyncProperty(
      fc.array(fc.array(act, { minLength: 1, maxLength: 3 }), { minLength: 2, maxLength: 5 }),
      async (batches) => {
        const panels = [await panelOfThree(), await panelOfThree()];
        const invited = await clinic.specialist();
        const doctors = [...panels.flatMap(({ onCall, lead, third }) => [onCall, lead, third]), invited];
        const audiences = [[panels[0]!], [panels[1]!, panels[0]!], panels].map((of) => of.map(toPanel));
        const cases: string[] = [];
        for (const audience of [...audiences, [toMember(invited)]]) {
          cases.push((await clinic.share(gp, clinic.caseFor(audience))).caseId);
        }
        const carryOut = async ({ do: what, which, other }: { do: Act; which: number; other: number }) => {
          const caseId = cases[which % cases.length]!;
          const doctor = doctors[other % doctors.length]!;
          const panel = panels[other % panels.length]!;
          const command = { commandId: randomUUID(), caseId };
          switch (what) {
            case 'share': {
              const audience = [toPanel(panel)];
              return clinic.world.request(shareFurther, await gp.caller(), { ...command, audience });
            }
            case 'revoke': {
              const grants = await grantsOf(caseId);
              const grant = grants[other % Math.max(1, grants.length)];
              return (
                grant &&
                clinic.world.request(revokeShare, await gp.caller(), { ...command, grantId: grant.grantId })
              );
            }
            case 'leave':
              return clinic.leave(admin, doctor);
            case 'return': {
              await clinic.world.request(reopenPlace, await admin.caller(), { memberId: doctor.memberId });
              const input = { panelId: panel.panelId, memberIds: [doctor.memberId] };
              return clinic.world.request(addPanelMembers, await admin.caller(), input);
            }
            case 'close-panel':
              // Not too often: a closed panel is closed for good.
              return other % 3 === 0
                ? clinic.world.request(closePanel, await admin.caller(), { panelId: panel.panelId })
                : undefined;
            case 'hand-to': {
              const input = { ...command, memberId: doctor.memberId, note: 'Yours.' };
              const by = doctors.find(({ memberId }) => memberId === held) ?? doctor;
              return clinic.world.request(handTo, await by.caller(), input);
            }
            case 'take-over':
              return clinic.world.request(acceptHandOver, await doctor.caller(), command);
            case 'advise':
              return clinic.post(doctor, caseId, 'advice');
            case 'close': {
              const survey = { outcome: 'none', referral: 'other' } as const;
              return clinic.world.request(closeCase, await gp.caller(), { ...command, survey });
            }
          }
        };
        let held: string | null = null;
        for (const batch of batches) {
          clinic.world.clock.advance(1_000);
          held = await responsible(cases[0]!);
          const done = await Promise.allSettled(batch.map((each) => carryOut(each)));
          for (const result of done) {
            if (result.status === 'fulfilled') continue;
            // Refused, as it should be now and then; never an error of ours.
            const allowed = ['conflict', 'forbidden', 'not-found', 'invalid-input'];
            expect(allowed).toContain((result.reason as { code: string }).code);
          }
          // At every instant, events handled or not:
          expect(await clinic.wronglyAnswered()).toEqual([]);
        }
        await settled();
        expect(await clinic.wronglyAnswered()).toEqual([]);
        for (const caseId of cases) {
          const { responsibleId, leadPanelId, status } = await clinic.read(gp, caseId);
          if (responsibleId === null) {
            expect(['closed', 'cancelled']).toContain(status);
            continue;
          }
          const able = await clinic.world.request(
            whoMaySee,
            service,
            { caseId, memberIds: [responsibleId] },
            'cases',
          );
          expect({ caseId, able: able.memberIds }).toEqual({ caseId, able: [responsibleId] });
          const open = (await grantsOf(caseId)).map(({ principal }) => principal);
          if (leadPanelId !== null) expect(open).toContain(leadPanelId);
        }
      },
    );
    await fc.assert(property, { numRuns: 15 });
  }, 240_000);
});
