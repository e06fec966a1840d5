import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  addPost,
  caseAudience,
  getCase,
  listCases,
  revokeShare,
  shareFurther,
  whoMaySee,
  type AudienceEntry,
  type ReplyOf,
} from '@definitivedx/contracts';
import { until } from '@definitivedx/testing';
import fc from 'fast-check';
import { Clinic, refusal, toMember, toPanel, type Panel, type Person } from './clinic.js';

let clinic: Clinic;
let gp: Person;
let panel: Panel;

beforeAll(async () => {
  clinic = await Clinic.open();
  gp = await clinic.gp();
  panel = await clinic.panel();
});
afterAll(() => clinic.world.stop());

const shareMore = async (
  by: Person,
  caseId: string,
  audience: AudienceEntry[],
  commandId: string = randomUUID(),
): Promise<ReplyOf<typeof shareFurther>> =>
  clinic.world.request(shareFurther, await by.caller(), { commandId, caseId, audience });

const revoke = async (
  by: Person,
  caseId: string,
  grantId: string,
  commandId: string = randomUUID(),
): Promise<ReplyOf<typeof revokeShare>> =>
  clinic.world.request(revokeShare, await by.caller(), { commandId, caseId, grantId });

const read = async (by: Person, caseId: string): Promise<ReplyOf<typeof getCase>> =>
  clinic.world.request(getCase, await by.caller(), { caseId });

const listed = async (by: Person): Promise<string[]> => {
  const { cases } = await clinic.world.request(listCases, await by.caller(), { limit: 100 });
  return cases.map(({ caseId }) => caseId);
};

/** Ids of the grants of a case that are open, in the order they were given. */
const openGrants = async (by: Person, caseId: string): Promise<string[]> => {
  const { grants } = await clinic.world.request(caseAudience, await by.caller(), { caseId });
  return grants
    .filter(({ revokedAt }) => revokedAt === null)
    .map(({ grantId }) => grantId)
    .toSorted();
};

const count = async (subject: string, caseId: string): Promise<number> =>
  (await clinic.rows('select 1 from outbox where subject = $1 and aggregate_id = $2', [subject, caseId]))
    .length;

describe('sharing a case further', () => {
  it('opens it to more people and leaves the responsible specialist as they are', async () => {
    const invited = await clinic.specialist();
    const { caseId, responsibleId } = await clinic.share(gp, clinic.caseFor([toPanel(panel)]));
    const { version, grantIds } = await shareMore(gp, caseId, [toMember(invited)]);
    expect(version).toBe(2);
    expect(grantIds).toHaveLength(1);
    expect(await read(invited, caseId)).toMatchObject({ via: 'member', responsibleId });
    expect(await listed(invited)).toEqual([caseId]);
    expect(await count('evt.cases.case-shared.v1', caseId)).toBe(2);
  });

  it('has one effect and one reply when it is repeated, also all at once', async () => {
    const invited = await clinic.specialist();
    const { caseId } = await clinic.share(gp, clinic.caseFor([toPanel(panel)]));
    const commandId = randomUUID();
    const replies = await Promise.all(
      Array.from({ length: 6 }, () => shareMore(gp, caseId, [toMember(invited)], commandId)),
    );
    replies.push(await shareMore(gp, caseId, [toMember(invited)], commandId));
    expect(new Set(replies.map((reply) => JSON.stringify(reply))).size).toBe(1);
    expect(await openGrants(gp, caseId)).toHaveLength(2);
    expect(await count('evt.cases.case-shared.v1', caseId)).toBe(2);
  });

  it('is not for anyone but the requester, to whom it looks as if there were no such case', async () => {
    const { caseId } = await clinic.share(gp, clinic.caseFor([toPanel(panel)]));
    const [invited, unknown] = [toMember(await clinic.specialist()), randomUUID()];
    for (const other of [panel.onCall, await clinic.gp()]) {
      const refused = await refusal(shareMore(other, caseId, [invited]));
      expect(refused).toEqual(await refusal(shareMore(other, unknown, [invited])));
      expect(refused).toMatchObject({ code: 'not-found' });
    }
    // Nor does trying make anyone the requester of an id that was free.
    expect(await refusal(read(panel.onCall, unknown))).toMatchObject({ code: 'not-found' });
  });
});

describe('ending a share', () => {
  it('refuses every later read through it, takes the case out of the list and cancels it when nobody is left', async () => {
    const { caseId } = await clinic.share(gp, clinic.caseFor([toPanel(panel)]));
    const [grantId] = await openGrants(gp, caseId);
    expect(await listed(panel.onCall)).toContain(caseId);

    expect(await revoke(gp, caseId, grantId!)).toMatchObject({
      status: 'cancelled',
      version: 2,
      responsibleId: null,
    });
    for (const reader of [panel.onCall, panel.lead]) {
      expect(await refusal(read(reader, caseId))).toEqual(await refusal(read(reader, randomUUID())));
      expect(await listed(reader)).not.toContain(caseId);
    }
    expect(await read(gp, caseId)).toMatchObject({ status: 'cancelled', responsibleId: null });
    expect(await clinic.rows('select 1 from audience where grant_id = $1', [grantId])).toEqual([]);
    expect(
      await clinic.rows('select 1 from responsibility where case_id = $1 and until_at is null', [caseId]),
    ).toEqual([]);
    const post = { commandId: randomUUID(), caseId, kind: 'note', body: 'Late.' } as const;
    expect(await refusal(clinic.world.request(addPost, await gp.caller(), post))).toMatchObject({
      code: 'conflict',
    });
    expect(await refusal(shareMore(gp, caseId, [toMember(await clinic.specialist())]))).toMatchObject({
      code: 'conflict',
    });
  });

  it('hands the case to the next who can answer, in the same moment', async () => {
    const second = await clinic.panel();
    const { caseId } = await clinic.share(gp, clinic.caseFor([toPanel(panel), toPanel(second)]));
    const [first] = await openGrants(gp, caseId);
    clinic.world.clock.advance(60_000);
    const reply = await revoke(gp, caseId, first!);
    expect(reply).toMatchObject({ status: 'awaiting-advice', responsibleId: second.onCall.memberId });
    const history = await clinic.rows<{ member: string; reason: string; from: Date; until: Date | null }>(
      `select member_id as member, reason, from_at as from, until_at as until from responsibility
       where case_id = $1 order by id`,
      [caseId],
    );
    expect(history.map(({ member, reason }) => [member, reason])).toEqual([
      [panel.onCall.memberId, 'on-call'],
      [second.onCall.memberId, 'on-call'],
    ]);
    expect(history[0]?.until).toEqual(history[1]?.from);
    expect(history[1]?.until).toBeNull();
  });

  it('leaves the responsible specialist alone who still sees the case another way', async () => {
    const { caseId, responsibleId } = await clinic.share(
      gp,
      clinic.caseFor([toPanel(panel), toMember(panel.onCall)]),
    );
    const [first] = await openGrants(gp, caseId);
    expect(await revoke(gp, caseId, first!)).toMatchObject({ status: 'awaiting-advice', responsibleId });
    expect(await read(panel.onCall, caseId)).toMatchObject({ via: 'member' });
  });

  it('changes nothing when it is repeated, by the same command or another', async () => {
    const { caseId } = await clinic.share(
      gp,
      clinic.caseFor([toPanel(panel), toMember(await clinic.specialist())]),
    );
    const [first] = await openGrants(gp, caseId);
    const commandId = randomUUID();
    const reply = await revoke(gp, caseId, first!, commandId);
    expect(await revoke(gp, caseId, first!, commandId)).toEqual(reply);
    expect(await revoke(gp, caseId, first!)).toEqual(reply);
    expect(await count('evt.cases.share-revoked.v1', caseId)).toBe(1);
  });

  it('is finished by a repeat when the first attempt got no further than access', async () => {
    const { caseId } = await clinic.share(gp, clinic.caseFor([toPanel(panel)]));
    const [grantId] = await openGrants(gp, caseId);
    await clinic.rows(
      `alter table outbox add constraint cut_off check (subject <> 'evt.cases.share-revoked.v1') not valid`,
    );
    const commandId = randomUUID();
    expect(await refusal(revoke(gp, caseId, grantId!, commandId))).toMatchObject({ code: 'internal' });
    await clinic.rows('alter table outbox drop constraint cut_off');
    expect(await refusal(read(panel.onCall, caseId))).toMatchObject({ code: 'not-found' });
    expect(await revoke(gp, caseId, grantId!, commandId)).toMatchObject({ status: 'cancelled' });
    expect(await count('evt.cases.share-revoked.v1', caseId)).toBe(1);
  });

  it('is not for anyone but the requester, and not for a grant of another case', async () => {
    const { caseId } = await clinic.share(gp, clinic.caseFor([toPanel(panel)]));
    const [grantId] = await openGrants(gp, caseId);
    const refused = await refusal(revoke(panel.onCall, caseId, grantId!));
    expect(refused).toEqual(await refusal(revoke(panel.onCall, randomUUID(), grantId!)));
    expect(refused).toMatchObject({ code: 'not-found' });
    const other = await clinic.share(gp, clinic.caseFor([toPanel(panel)]));
    expect(await refusal(revoke(gp, other.caseId, grantId!))).toMatchObject({ code: 'not-found' });
    expect(await read(panel.onCall, caseId)).toBeDefined();
  });

  it('lets no post in through the ended share that access had allowed just before', async () => {
    const invited = await clinic.specialist();
    const { caseId } = await clinic.share(gp, clinic.caseFor([toPanel(panel), toMember(invited)]));
    const grantId = (await openGrants(gp, caseId))[1]!;
    const caller = await invited.caller();
    const late = { commandId: randomUUID(), caseId, kind: 'note', body: 'Just in time?' } as const;

    const statements = {
      lock: { name: 'test-lock', text: 'select 1 from cases where id = $1 for update' },
      drop: { name: 'test-drop', text: 'delete from audience where grant_id = $1' },
    };
    const posting = await clinic.db.transaction(async (tx) => {
      // Stands for a revoke that has the case when the post, which access has just allowed, comes to it.
      await tx.run(statements.lock, [caseId]);
      await tx.run(statements.drop, [grantId]);
      const outcome = refusal(clinic.world.request(addPost, caller, late));
      const waiting = `select 1 from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`;
      await until(async () => (await clinic.rows(waiting)).length > 0, 'a post that waits for the case');
      return { outcome };
    });
    expect(await posting.outcome).toMatchObject({ code: 'not-found' });
    expect((await read(gp, caseId)).posts).toEqual([]);
  });
});

describe('the responsible specialist', () => {
  interface Step {
    readonly do: 'share' | 'revoke';
    readonly which: number;
  }
  const step = fc.record<Step>({ do: fc.constantFrom('share', 'revoke', 'revoke'), which: fc.nat(99) });

  it('is exactly one who may open the case, whatever is shared and ended, one by one or all at once', async () => {
    const [second, gap] = [await clinic.panel(), await clinic.panel({ onCall: 'nobody' })];
    const [specialist, colleague] = [await clinic.specialist(), await clinic.gp()];
    const people = [toPanel(panel), toPanel(second), toPanel(gap), toMember(specialist), toMember(colleague)];
    const audience = fc.subarray(people, { minLength: 1 });
    const service = await clinic.world.as('cases');

    const carryOut = async (caseId: string, { do: act, which }: Step): Promise<void> => {
      clinic.world.clock.advance(1_000);
      const grants = await openGrants(gp, caseId);
      const grantId = grants[which % Math.max(grants.length, 1)];
      if (act === 'share') await shareMore(gp, caseId, [people[which % people.length]!]);
      else if (grantId !== undefined) await revoke(gp, caseId, grantId);
    };

    const property = fc.asyncProperty(
      audience,
      fc.array(fc.array(step, { minLength: 1, maxLength: 3 }), { maxLength: 5 }),
      async (first, batches) => {
        const created = await clinic.share(gp, clinic.caseFor(first)).catch(() => undefined);
        if (!created) return;
        const { caseId } = created;
        for (const batch of batches) {
          const done = await Promise.allSettled(batch.map((each) => carryOut(caseId, each)));
          // An ended case takes no more shares; nothing else may go wrong.
          const failed = done.flatMap((result) =>
            result.status === 'rejected' ? [result.reason as unknown] : [],
          );
          for (const reason of failed) expect(reason).toMatchObject({ code: 'conflict' });

          expect(await clinic.wronglyAnswered()).toEqual([]);
          const { responsibleId } = await read(gp, caseId);
          if (responsibleId === null) continue;
          const able = await clinic.world.request(
            whoMaySee,
            service,
            { caseId, memberIds: [responsibleId] },
            'cases',
          );
          expect(able.memberIds).toEqual([responsibleId]);
          expect(responsibleId).not.toBe(gp.memberId);
        }
      },
    );
    await fc.assert(property, { numRuns: 25 });
  });

  it('is kept by the database itself: an open case without one cannot be committed', async () => {
    const { caseId } = await clinic.share(gp, clinic.caseFor([toPanel(panel)]));
    const closing = 'update responsibility set until_at = from_at where case_id = $1';
    await expect(clinic.rows(closing, [caseId])).rejects.toThrow('open without a responsible specialist');
    const second = `insert into responsibility (case_id, member_id, reason, from_at) values ($1, $1, 'on-call', now())`;
    await expect(clinic.rows(second, [caseId])).rejects.toThrow('responsibility_open');
  });
});
