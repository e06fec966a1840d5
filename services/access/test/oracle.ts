import { expect } from '@jest/globals';
import fc from 'fast-check';
import { v7 } from 'uuid';
import type { MemberCaller } from '@definitivedx/auth';
import {
  assignDuty,
  changeSettings,
  openForGovernance,
  setInviteOnly,
  whoMaySee,
} from '@definitivedx/contracts';
import { type AccessWorld, toEveryone, toMember, toPanel } from './access-world.js';

const minute = 60_000;
const day = 24 * 60 * minute;

type Place = 'practice' | 'trust';
type Step =
  | {
      do: 'share';
      to: 'member' | 'panel' | 'everyone';
      whom: number;
      minutes: number | undefined;
      control: boolean;
    }
  | { do: 'revoke'; grant: number }
  | { do: 'join' | 'leave'; panel: number; whom: number }
  | { do: 'enable' | 'disable'; whom: number }
  | { do: 'end' | 'resume'; whom: number; at: Place }
  | { do: 'cover' | 'uncover' | 'govern'; whom: number }
  | { do: 'governance'; on: boolean }
  | { do: 'invite-only'; on: boolean }
  | { do: 'wait'; minutes: number };

const people = 4;
const panels = 2;
const whom = fc.integer({ min: 0, max: people - 1 });
const panel = fc.integer({ min: 0, max: panels - 1 });
const few = fc.integer({ min: 1, max: 30 });
const place = fc.constantFrom<Place>('practice', 'trust');

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant('share' as const),
      to: fc.constantFrom('member', 'member', 'panel', 'panel', 'everyone' as const),
      whom,
      minutes: fc.option(few, { nil: undefined }),
      control: fc.boolean(),
    }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('revoke' as const), grant: fc.nat({ max: 7 }) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constantFrom('join', 'leave' as const), panel, whom }) },
  fc.record({ do: fc.constantFrom('enable', 'disable' as const), whom }),
  fc.record({ do: fc.constantFrom('end', 'resume' as const), whom, at: place }),
  { weight: 2, arbitrary: fc.record({ do: fc.constantFrom('cover', 'uncover', 'govern' as const), whom }) },
  fc.record({ do: fc.constant('governance' as const), on: fc.boolean() }),
  fc.record({ do: fc.constant('invite-only' as const), on: fc.boolean() }),
  fc.record({ do: fc.constant('wait' as const), minutes: few }),
);

/** What should be so, kept the simplest way there is. */
class Oracle {
  grants: { id: string; to: string; whom: number; ends: number; revoked: boolean }[] = [];
  on = new Set<string>();
  out = new Set<string>();
  cover = new Set<number>();
  opened = new Map<number, number>();
  governance = true;
  inviteOnly = false;

  maySee(who: number, at: Place, now: number): boolean {
    if (this.out.has(String(who)) || this.out.has(`${String(who)}:${at}`)) return false;
    if (at === 'practice' && this.cover.has(who)) return true;
    if (at === 'practice' && this.governance && now < (this.opened.get(who) ?? 0)) return true;
    return this.grants.some(
      (g) =>
        !g.revoked &&
        now < g.ends &&
        (g.to === 'everyone' ||
          (g.to === 'member' && g.whom === who) ||
          (g.to === 'panel' && at === 'trust' && this.on.has(`${String(g.whom % panels)}:${String(who)}`))),
    );
  }

  /** Someone has a place, and so can be invited, be given a duty or act. */
  there = (who: number, at: Place): boolean =>
    !this.out.has(String(who)) && !this.out.has(`${String(who)}:${at}`);

  wider = (now: number): boolean => this.grants.some((g) => g.to !== 'member' && !g.revoked && now < g.ends);
}

/** Plays random sequences against `access` and the oracle, comparing after each step and, for everyone, at the end. */
export async function compareWithOracle(access: AccessWorld, runs: number): Promise<void> {
  const practice = await access.organisation('practice');
  const trust = await access.organisation('trust');
  const gp = await access.member(practice);
  const admin = await access.member(practice, ['organisation-admin']);
  const lead = await access.member(trust, ['specialist']);
  const atTrust = await Promise.all(
    Array.from({ length: people }, () => access.member(trust, ['specialist'])),
  );
  const ids = atTrust.map((m) => m.memberId);
  await access.sql(
    `insert into membership (member_id, organisation_id, roles, position)
     select id, $2, array['clinician'], 1 from unnest($1::uuid[]) as t (id)`,
    [ids, practice.organisationId],
  );
  const atPractice = await Promise.all(
    ids.map((memberId) =>
      access.world.member({ memberId, organisationId: practice.organisationId, roles: ['clinician'] }),
    ),
  );
  const acting: Record<Place, MemberCaller[]> = { practice: atPractice, trust: atTrust };
  const organisationId = { practice: practice.organisationId, trust: trust.organisationId };
  const groups = await Promise.all(Array.from({ length: panels }, () => access.panel(trust.odsCode, lead)));
  const notify = await access.world.as('notify');
  const settle = (governanceAccess: boolean) =>
    access.world.request(changeSettings, admin, { governanceAccess, shareWithEveryone: true });
  const assign = (duty: 'cover' | 'governance', whom: readonly number[]) =>
    access.world.request(assignDuty, admin, { duty, memberIds: whom.map((who) => ids[who]!) });

  async function reset(): Promise<void> {
    await access.sql(`delete from panel_member where member_id = any ($1::uuid[])`, [ids]);
    await access.sql(`update member set status = 'active' where id = any ($1::uuid[])`, [ids]);
    await access.sql(
      `update membership set status = 'active', ended_at = null where member_id = any ($1::uuid[])`,
      [ids],
    );
    await settle(true);
    await assign('cover', []);
    await assign(
      'governance',
      ids.map((_, who) => who),
    );
  }

  async function play(s: Step, caseId: string, oracle: Oracle): Promise<void> {
    const now = access.now().getTime();
    switch (s.do) {
      case 'share': {
        // Somebody who is not there cannot be invited; sharing.test.ts shows the refusals.
        const there = oracle.there(s.whom, 'practice') || oracle.there(s.whom, 'trust');
        if (s.to === 'member' ? !there : oracle.inviteOnly) return;
        const expiresAt = s.minutes === undefined ? undefined : access.later(s.minutes * minute);
        const control = s.control ? ({ control: true } as const) : {};
        const entry = {
          member: { ...toMember(atTrust[s.whom]!, expiresAt), ...control } as ReturnType<typeof toMember>,
          panel: toPanel(groups[s.whom % panels]!, expiresAt),
          everyone: toEveryone(expiresAt),
        }[s.to];
        const id = v7();
        await access.share(gp, caseId, [entry], [id]);
        const ends = s.minutes === undefined ? Infinity : now + s.minutes * minute;
        oracle.grants.push({ id, to: s.to, whom: s.whom, ends, revoked: false });
        return;
      }
      case 'revoke': {
        const grant = oracle.grants[s.grant];
        if (!grant) return;
        await access.revoke(gp, caseId, grant.id);
        grant.revoked = true;
        return;
      }
      case 'join':
      case 'leave': {
        const key = `${String(s.panel)}:${String(s.whom)}`;
        if (s.do === 'join') oracle.on.add(key);
        else oracle.on.delete(key);
        // A panel is registered with who is there; whoever is not has lost it.
        for (let who = 0; who < atTrust.length; who += 1) {
          if (!oracle.there(who, 'trust')) oracle.on.delete(`${String(s.panel)}:${String(who)}`);
        }
        const joined = atTrust.filter((_, who) => oracle.on.has(`${String(s.panel)}:${String(who)}`));
        await access.panel(trust.odsCode, lead, joined, groups[s.panel]!.name);
        return;
      }
      case 'enable':
      case 'disable': {
        const status = s.do === 'enable' ? 'active' : 'disabled';
        await access.sql('update member set status = $2 where id = $1', [ids[s.whom], status]);
        if (s.do === 'enable') oracle.out.delete(String(s.whom));
        else oracle.out.add(String(s.whom));
        return;
      }
      case 'end':
      case 'resume': {
        const ended = s.do === 'end';
        await access.sql(
          `update membership set status = $3, ended_at = case when $3 = 'ended' then now() end
            where member_id = $1 and organisation_id = $2`,
          [ids[s.whom], organisationId[s.at], ended ? 'ended' : 'active'],
        );
        if (ended) oracle.out.add(`${String(s.whom)}:${s.at}`);
        else oracle.out.delete(`${String(s.whom)}:${s.at}`);
        return;
      }
      case 'cover':
      case 'uncover': {
        if (s.do === 'cover') oracle.cover.add(s.whom);
        else oracle.cover.delete(s.whom);
        // A duty is given to who is there; whoever is not has lost it.
        for (const who of oracle.cover) if (!oracle.there(who, 'practice')) oracle.cover.delete(who);
        await assign('cover', [...oracle.cover]);
        return;
      }
      case 'govern': {
        if (!oracle.governance || !oracle.there(s.whom, 'practice')) return;
        await access.world.request(openForGovernance, atPractice[s.whom]!, {
          caseId,
          reason: 'A complaint has to be answered.',
        });
        if ((oracle.opened.get(s.whom) ?? 0) <= now) oracle.opened.set(s.whom, now + day);
        return;
      }
      case 'governance':
        await settle(s.on);
        oracle.governance = s.on;
        return;
      case 'invite-only': {
        const asked = access.world.request(setInviteOnly, gp, { caseId, inviteOnly: s.on });
        if (s.on && oracle.wider(now)) await expect(asked).rejects.toMatchObject({ code: 'conflict' });
        else {
          await asked;
          oracle.inviteOnly = s.on;
        }
        return;
      }
      case 'wait':
        access.world.clock.advance(s.minutes * minute);
    }
  }

  const places: Place[] = ['practice', 'trust'];

  async function compare(caseId: string, oracle: Oracle, persons: readonly number[]): Promise<void> {
    for (const at of places) {
      const expected = persons.filter((who) => oracle.maySee(who, at, access.now().getTime()));
      const answers = await Promise.all(persons.map((who) => access.via(acting[at][who]!, caseId)));
      expect({ at, may: persons.filter((_, index) => answers[index] !== null) }).toEqual({
        at,
        may: expected,
      });
    }
  }

  const everyone = ids.map((_, who) => who);
  await fc.assert(
    fc.asyncProperty(fc.array(fc.tuple(step, whom), { minLength: 1, maxLength: 14 }), async (steps) => {
      await reset();
      const oracle = new Oracle();
      // Someone outside makes the case exist from the start.
      const { caseId } = await access.newCase(gp, toMember(lead));
      for (const [s, watched] of steps) {
        await play(s, caseId, oracle);
        await compare(caseId, oracle, [watched]);
      }
      await compare(caseId, oracle, everyone);
      const { memberIds } = await access.world.request(whoMaySee, notify, { caseId, memberIds: ids });
      const now = access.now().getTime();
      const expected = everyone
        .filter((who) => places.some((at) => oracle.maySee(who, at, now)))
        .map((who) => ids[who]!);
      expect([...memberIds].sort()).toEqual([...expected].sort());
    }),
    { numRuns: runs },
  );
}
