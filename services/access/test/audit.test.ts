import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { v7 } from 'uuid';
import type { MemberCaller } from '@definitivedx/auth';
import { EventContext } from '@definitivedx/bus';
import { caseActed, caseAudience, checkAccess, identifyMember, revokeGrant } from '@definitivedx/contracts';
import { toAppError } from '@definitivedx/errors';
import { until } from '@definitivedx/testing';
import { appendAct } from '../src/commands/append-act.js';
import { decide } from '../src/data/decision.js';
import { AccessWorld, issuer, toMember } from './access-world.js';

let access: AccessWorld;
let practice: { organisationId: string; odsCode: string };
let gp: MemberCaller;
let specialist: MemberCaller;

beforeAll(async () => {
  access = await AccessWorld.start();
  practice = await access.organisation('practice');
  gp = await access.member(practice);
  specialist = await access.member(await access.organisation('trust'), ['specialist']);
});
afterAll(() => access.stop());

describe('the audit', () => {
  it('says who, for which organisation, why and by which grant', async () => {
    const { caseId, grantIds } = await access.newCase(gp, toMember(specialist));
    await access.check(specialist, caseId);
    const [row] = await access.sql<Record<string, unknown>>(
      `select actor_kind, actor_id, organisation_id, act, purpose, via, grant_id, outcome, at
         from audit where case_id = $1 and act = 'case.access'`,
      [caseId],
    );
    expect(row).toEqual({
      actor_kind: 'member',
      actor_id: specialist.memberId,
      organisation_id: specialist.organisationId,
      act: 'case.access',
      purpose: 'read',
      via: 'member',
      grant_id: grantIds[0],
      outcome: 'allowed',
      at: expect.any(Date),
    });
  });

  it('names what within the case was asked for', async () => {
    const { caseId } = await access.newCase(gp, toMember(specialist));
    const subjectId = v7();
    await access.world.request(checkAccess, specialist, {
      caseIds: [caseId],
      purpose: 'file-download',
      subjectId,
    });
    expect(
      await access.sql(
        `select purpose, subject_id, outcome from audit where case_id = $1 and act = 'case.access'`,
        [caseId],
      ),
    ).toEqual([{ purpose: 'file-download', subject_id: subjectId, outcome: 'allowed' }]);
  });

  it('can be neither changed nor shortened', async () => {
    await access.check(gp, v7());
    for (const text of [`update audit set act = 'none'`, 'delete from audit', 'truncate audit']) {
      await expect(access.sql(text)).rejects.toThrow('append-only');
    }
  });

  it('is a condition of reading: when it cannot be written, even the requester is refused', async () => {
    const { caseId } = await access.newCase(gp, toMember(specialist));
    await access.sql('alter table audit add constraint full_disk check (false) not valid');
    try {
      await expect(access.check(gp, caseId)).rejects.toThrow();
      await expect(access.world.request(caseAudience, gp, { caseId })).rejects.toThrow();
    } finally {
      await access.sql('alter table audit drop constraint full_disk');
    }
    expect(await access.via(gp, caseId)).toBe('requester');
  });

  it('is a condition of signing in', async () => {
    const member = await access.member(practice);
    const [identity] = await access.sql<{ subject: string }>(
      'select subject from identity where member_id = $1',
      [member.memberId],
    );
    const signIn = async () =>
      access.world.request(identifyMember, await access.world.as('gateway'), {
        issuer,
        subject: identity!.subject,
        signIn: true,
      });
    await access.sql('alter table audit add constraint full_disk check (false) not valid');
    try {
      await expect(signIn()).rejects.toThrow();
    } finally {
      await access.sql('alter table audit drop constraint full_disk');
    }
    expect((await signIn()).memberId).toBe(member.memberId);
  });

  it('takes in what was done to a case from the event, once', async () => {
    const caseId = v7();
    const postId = v7();
    const data = {
      act: 'case.post',
      caseId,
      memberId: gp.memberId,
      organisationId: gp.organisationId,
      subjectId: postId,
      at: '2026-11-23T09:00:00.000Z',
    } as const;
    const messageId = v7();
    // Twice the same, and a last one that shows that both were handled.
    await access.world.publish(caseActed, caseId, data, messageId);
    await access.world.publish(caseActed, caseId, data, messageId);
    await access.world.publish(caseActed, caseId, { ...data, act: 'case.revoke' });
    const rows = () =>
      access.sql<{ act: string }>(
        `select act, actor_id, organisation_id, subject_id, outcome, at from audit
          where case_id = $1 order by act`,
        [caseId],
      );
    await until(async () => (await rows()).some((row) => row.act === 'case.revoke'));
    expect(await rows()).toEqual([
      {
        act: 'case.post',
        actor_id: gp.memberId,
        organisation_id: gp.organisationId,
        subject_id: postId,
        outcome: 'allowed',
        at: new Date(data.at),
      },
      expect.objectContaining({ act: 'case.revoke' }),
    ]);
  });

  it('keeps the trace of a decision and of an act', async () => {
    const traceId = '0af7651916cd43dd8448eb211c80319c';
    const caseId = v7();
    const at = access.now();
    await decide(access.db, gp, { caseIds: [caseId], purpose: 'read' }, at, traceId);
    const meta = { messageId: v7(), aggregateId: caseId, publishedAt: at, traceId };
    const { memberId, organisationId } = gp;
    const data = {
      act: 'case.share',
      caseId,
      memberId,
      organisationId,
      subjectId: null,
      at: at.toISOString(),
    } as const;
    const self = await access.world.as('access');
    await access.db.transaction((tx) => {
      appendAct(new EventContext(tx, self, meta), data);
      return Promise.resolve();
    });
    expect(
      await access.sql('select act, trace_id from audit where case_id = $1 order by id', [caseId]),
    ).toEqual([
      { act: 'case.access', trace_id: traceId },
      { act: 'case.share', trace_id: traceId },
    ]);
  });

  it('records an attempt to share or revoke the case of another', async () => {
    const { caseId, grantIds } = await access.newCase(gp, toMember(specialist));
    await expect(
      access.share(specialist, caseId, [toMember(await access.member(practice))]),
    ).rejects.toThrow();
    await expect(access.revoke(specialist, caseId, grantIds[0]!)).rejects.toThrow();
    const rows = await access.sql(
      'select act, outcome, actor_id from audit where case_id = $1 and outcome = $2 order by id',
      [caseId, 'refused'],
    );
    expect(rows).toEqual([
      { act: 'case.share', outcome: 'refused', actor_id: specialist.memberId },
      { act: 'case.revoke', outcome: 'refused', actor_id: specialist.memberId },
    ]);
  });
});

describe("another's case", () => {
  const wireOf = (work: Promise<unknown>) =>
    work.then(
      (reply) => ({ reply }),
      (error: unknown) => ({ error: toAppError(error).toWire() }),
    );

  it('answers exactly as one that does not exist', async () => {
    const { caseId: anothers, grantIds } = await access.newCase(gp, toMember(await access.member(practice)));
    const ways: readonly ((caseId: string) => Promise<unknown>)[] = [
      (caseId) => access.check(specialist, caseId),
      (caseId) => access.world.request(caseAudience, specialist, { caseId }),
      (caseId) => access.world.request(revokeGrant, specialist, { caseId, grantId: grantIds[0]! }),
    ];
    for (const way of ways) {
      expect(await wireOf(way(anothers))).toEqual(await wireOf(way(v7())));
    }
  });

  it('answers in the time of one that does not exist', async () => {
    const { caseId: anothers } = await access.newCase(gp, toMember(await access.member(practice)));
    const times: Record<'anothers' | 'none', number[]> = { anothers: [], none: [] };
    // Taken in turns, so that what else the machine does falls on both alike.
    for (let round = 0; round < 200; round += 1) {
      for (const [which, caseId] of [['anothers', anothers] as const, ['none', v7()] as const]) {
        const begun = performance.now();
        await access.check(specialist, caseId);
        times[which].push(performance.now() - begun);
      }
    }
    const median = (values: number[]) => values.sort((a, b) => a - b)[values.length / 2]!;
    const ratio = median(times.anothers) / median(times.none);
    expect(ratio).toBeGreaterThan(0.5);
    expect(ratio).toBeLessThan(2);
  });
});
