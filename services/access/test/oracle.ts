import { expect } from '@jest/globals';
import fc from 'fast-check';
import { v7 } from 'uuid';
import type { MemberCaller } from '@definitivedx/auth';
import { whoMaySee } from '@definitivedx/contracts';
import { type AccessWorld, toEveryone, toMember, toPanel } from './access-world.js';

const minute = 60_000;

type Step =
  | { do: 'share'; to: 'member' | 'panel' | 'everyone'; whom: number; minutes: number | undefined }
  | { do: 'revoke'; grant: number }
  | { do: 'join' | 'leave'; panel: number; whom: number }
  | { do: 'enable' | 'disable'; whom: number }
  | { do: 'wait'; minutes: number };

const people = 4;
const panels = 2;
const whom = fc.integer({ min: 0, max: people - 1 });
const panel = fc.integer({ min: 0, max: panels - 1 });
const few = fc.integer({ min: 1, max: 30 });

const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({
    do: fc.constant('share' as const),
    to: fc.constantFrom('member', 'member', 'panel', 'panel', 'everyone' as const),
    whom,
    minutes: fc.option(few, { nil: undefined }),
  }),
  fc.record({ do: fc.constant('revoke' as const), grant: fc.nat({ max: 7 }) }),
  fc.record({ do: fc.constantFrom('join', 'leave' as const), panel, whom }),
  fc.record({ do: fc.constantFrom('enable', 'disable' as const), whom }),
  fc.record({ do: fc.constant('wait' as const), minutes: few }),
);

/** What should be so, kept the simplest way there is. */
class Oracle {
  grants: { id: string; to: string; whom: number; ends: number; revoked: boolean }[] = [];
  on = new Set<string>();
  disabled = new Set<number>();

  maySee(person: number, now: number): boolean {
    const open = this.grants.filter((g) => !g.revoked && now < g.ends);
    const matches = (g: { to: string; whom: number }) =>
      g.to === 'everyone' ||
      (g.to === 'member' && g.whom === person) ||
      (g.to === 'panel' && this.on.has(`${String(g.whom % panels)}:${String(person)}`));
    return !this.disabled.has(person) && open.some(matches);
  }
}

/** Plays random sequences against `access` and the oracle, comparing after each step and, for everyone, at the end. */
export async function compareWithOracle(access: AccessWorld, runs: number): Promise<void> {
  const practice = await access.organisation('practice');
  const trust = await access.organisation('trust');
  await access.allowEveryone(practice.organisationId);
  const gp = await access.member(practice);
  const lead = await access.member(trust, ['specialist']);
  const members = await Promise.all(
    Array.from({ length: people }, () => access.member(trust, ['specialist'])),
  );
  const groups = await Promise.all(Array.from({ length: panels }, () => access.panel(trust.odsCode, lead)));
  const notify = await access.world.as('notify');

  async function reset(): Promise<void> {
    await access.sql(`delete from panel_member where member_id = any ($1::uuid[])`, [
      members.map((m) => m.memberId),
    ]);
    await access.sql(`update member set status = 'active' where id = any ($1::uuid[])`, [
      members.map((m) => m.memberId),
    ]);
  }

  async function play(s: Step, caseId: string, oracle: Oracle): Promise<void> {
    const now = access.now().getTime();
    switch (s.do) {
      case 'share': {
        // Somebody disabled cannot be invited; sharing.test.ts shows the refusal.
        if (s.to === 'member' && oracle.disabled.has(s.whom)) return;
        const expiresAt = s.minutes === undefined ? undefined : access.later(s.minutes * minute);
        const entry = {
          member: toMember(members[s.whom]!, expiresAt),
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
        const joined = members.filter((_, person) => oracle.on.has(`${String(s.panel)}:${String(person)}`));
        await access.panel(trust.odsCode, lead, joined, groups[s.panel]!.name);
        return;
      }
      case 'enable':
      case 'disable': {
        const status = s.do === 'enable' ? 'active' : 'disabled';
        await access.sql('update member set status = $2 where id = $1', [members[s.whom]!.memberId, status]);
        if (s.do === 'enable') oracle.disabled.delete(s.whom);
        else oracle.disabled.add(s.whom);
        return;
      }
      case 'wait':
        access.world.clock.advance(s.minutes * minute);
    }
  }

  async function compare(caseId: string, oracle: Oracle, persons: readonly number[]): Promise<void> {
    const expected = persons.filter((person) => oracle.maySee(person, access.now().getTime()));
    const answers = await Promise.all(persons.map((person) => access.via(members[person]!, caseId)));
    expect(persons.filter((_, place) => answers[place] !== null)).toEqual(expected);
  }

  const everyone = members.map((_: MemberCaller, person) => person);
  await fc.assert(
    fc.asyncProperty(fc.array(fc.tuple(step, whom), { minLength: 1, maxLength: 12 }), async (steps) => {
      await reset();
      const oracle = new Oracle();
      // Someone outside makes the case exist from the start.
      const { caseId } = await access.newCase(gp, toMember(lead));
      for (const [s, watched] of steps) {
        await play(s, caseId, oracle);
        await compare(caseId, oracle, [watched]);
      }
      await compare(caseId, oracle, everyone);
      const { memberIds } = await access.world.request(whoMaySee, notify, {
        caseId,
        memberIds: members.map((m) => m.memberId),
      });
      const now = access.now().getTime();
      const expected = everyone
        .filter((person) => oracle.maySee(person, now))
        .map((person) => members[person]!.memberId);
      expect([...memberIds].sort()).toEqual([...expected].sort());
    }),
    { numRuns: runs },
  );
}
