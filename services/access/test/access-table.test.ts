import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { MemberCaller } from '@definitivedx/auth';
import {
  assignDuty,
  changeSettings,
  checkAccess,
  everyPurpose,
  openForGovernance,
  whoMaySee,
  type Purpose,
  type Relation,
} from '@definitivedx/contracts';
import { AccessWorld, inOneHour, toEveryone, toMember, toPanel } from './access-world.js';

/*
 * docs/access-model.md as data: who stands in which relation to a case, and what each may do to it. Written out in full
 * and not taken from the code, denials included.
 */
type Who =
  | 'requester'
  | 'requester, acting elsewhere'
  | 'delegate'
  | 'delegate whose control was ended'
  | 'cover of the practice'
  | 'cover of the practice, and delegate'
  | 'cover, acting elsewhere'
  | 'former cover'
  | 'invited member'
  | 'invited, and requester of another case'
  | 'member whose invitation has ended'
  | 'member whose invitation was revoked'
  | 'panel member'
  | 'panel member, acting elsewhere'
  | 'former panel member'
  | 'member of a closed panel'
  | 'governance lead with an opening'
  | 'governance lead without one'
  | 'governance lead whose opening has ended'
  | 'governance lead of another organisation'
  | "administrator of the requester's practice"
  | "administrator of the panel's trust"
  | 'operator'
  | 'programme lead'
  | "colleague in the requester's practice"
  | 'stranger'
  | 'disabled invited member'
  | 'invited member without a place'
  | 'invited member of a closed organisation';

const asking = [...everyPurpose];
const controlling: Purpose[] = [
  'read',
  'list',
  'post',
  'files',
  'file-upload',
  'file-download',
  'audience',
  'audit',
];
const taking: Purpose[] = ['read', 'list', 'post', 'hand-over', 'files', 'file-upload', 'file-download'];
const looking: Purpose[] = ['read', 'list', 'files', 'file-download'];
const nothing: Purpose[] = [];

const table: Readonly<Record<Who, readonly [Relation | null, readonly Purpose[]]>> = {
  requester: ['requester', asking],
  'requester, acting elsewhere': [null, nothing],
  delegate: ['delegate', controlling],
  'delegate whose control was ended': [null, nothing],
  'cover of the practice': ['cover', asking],
  'cover of the practice, and delegate': ['cover', asking],
  'cover, acting elsewhere': [null, nothing],
  'former cover': [null, nothing],
  'invited member': ['member', taking],
  'invited, and requester of another case': ['member', taking],
  'member whose invitation has ended': [null, nothing],
  'member whose invitation was revoked': [null, nothing],
  'panel member': ['panel', taking],
  'panel member, acting elsewhere': [null, nothing],
  'former panel member': [null, nothing],
  'member of a closed panel': [null, nothing],
  'governance lead with an opening': ['governance', looking],
  'governance lead without one': [null, nothing],
  'governance lead whose opening has ended': [null, nothing],
  'governance lead of another organisation': [null, nothing],
  "administrator of the requester's practice": [null, nothing],
  "administrator of the panel's trust": [null, nothing],
  operator: [null, nothing],
  'programme lead': [null, nothing],
  "colleague in the requester's practice": [null, nothing],
  stranger: [null, nothing],
  'disabled invited member': [null, nothing],
  'invited member without a place': [null, nothing],
  'invited member of a closed organisation': [null, nothing],
};

let access: AccessWorld;
let people: Record<Who, MemberCaller>;
let caseId: string;
let anyMemberCase: string;

beforeAll(async () => {
  access = await AccessWorld.start();
  const [practice, trust, elsewhere] = [
    await access.organisation('practice'),
    await access.organisation('trust'),
    await access.organisation('practice'),
  ];
  const closing = await access.organisation('practice');
  const gp = await access.member(practice);
  const doctor = () => access.member(trust, ['specialist']);
  const partner = () => access.member(practice);
  const [lead, onPanel, offPanel, closedPanel, invited, expired, revoked, both, delegate, former] =
    await Promise.all(Array.from({ length: 10 }, doctor));
  const [cover, oldCover, governor, idleGovernor, lateGovernor, colleague, coverAndDelegate] =
    await Promise.all(Array.from({ length: 7 }, partner));
  const foreignGovernor = await access.member(elsewhere);
  const [disabled, placeless] = [await doctor(), await doctor()];
  const ofClosed = await access.member(closing);
  const admin = await access.member(practice, ['organisation-admin']);
  const trustAdmin = await access.member(trust, ['organisation-admin']);
  const elsewhereAdmin = await access.member(elsewhere, ['organisation-admin']);
  // The same people with a second place, acting there.
  const alsoAt = async (who: MemberCaller) => {
    await access.sql(
      `insert into membership (member_id, organisation_id, roles, position) values ($1, $2, array['clinician'], 1)`,
      [who.memberId, elsewhere.organisationId],
    );
    return access.world.member({ ...who, organisationId: elsewhere.organisationId, roles: ['clinician'] });
  };

  const panel = await access.panel(trust.odsCode, lead!, [onPanel!, offPanel!]);
  const closed = await access.panel(trust.odsCode, lead!, [closedPanel!]);
  const assign = (by: MemberCaller, duty: 'cover' | 'governance', ...members: MemberCaller[]) =>
    access.world.request(assignDuty, by, { duty, memberIds: members.map((m) => m.memberId) });
  await assign(admin, 'cover', cover!, coverAndDelegate!, oldCover!);
  await assign(admin, 'governance', governor!, idleGovernor!, lateGovernor!);
  await assign(elsewhereAdmin, 'governance', foreignGovernor);
  for (const by of [admin, elsewhereAdmin]) {
    await access.world.request(changeSettings, by, { governanceAccess: true, shareWithEveryone: true });
  }

  const made = await access.newCase(
    gp,
    toPanel(panel),
    toPanel(closed),
    ...[invited!, both!, revoked!, disabled, placeless, ofClosed].map((one) => toMember(one)),
    toMember(expired!, access.later(inOneHour / 2)),
    { ...toMember(delegate!), control: true } as never,
    { ...toMember(coverAndDelegate!), control: true } as never,
    { ...toMember(former!), control: true } as never,
  );
  caseId = made.caseId;
  const grantOf = (who: MemberCaller) =>
    access
      .sql<{ id: string }>('select id from access_grant where case_id = $1 and principal_id = $2', [
        caseId,
        who.memberId,
      ])
      .then(([row]) => row!.id);
  const open = (who: MemberCaller) =>
    access.world.request(openForGovernance, who, { caseId, reason: 'A complaint has to be answered.' });
  await open(lateGovernor!);
  await access.sql(
    `update governance_opening set ends_at = opened_at + interval '1 minute' where member_id = $1`,
    [lateGovernor!.memberId],
  );
  access.world.clock.advance(inOneHour);
  await open(governor!);
  await expect(open(foreignGovernor)).rejects.toMatchObject({ code: 'not-found' });
  await access.revoke(gp, caseId, await grantOf(revoked!));
  await access.revoke(gp, caseId, await grantOf(former!));
  await access.panel(trust.odsCode, lead!, [onPanel!], panel.name);
  await access.sql(`update panel set status = 'closed' where id = $1`, [closed.panelId]);
  await assign(admin, 'cover', cover!, coverAndDelegate!);
  await access.disable(disabled);
  await access.sql(
    `update membership set status = 'ended', ended_at = now() where member_id = $1 and organisation_id = $2`,
    [placeless.memberId, trust.organisationId],
  );
  await access.sql(`update organisation set status = 'closed' where id = $1`, [closing.organisationId]);
  await access.newCase(both!, toMember(lead!));
  anyMemberCase = (await access.newCase(gp, toEveryone())).caseId;

  people = {
    requester: gp,
    'requester, acting elsewhere': await alsoAt(gp),
    delegate: delegate!,
    'delegate whose control was ended': former!,
    'cover of the practice': cover!,
    'cover of the practice, and delegate': coverAndDelegate!,
    'cover, acting elsewhere': await alsoAt(cover!),
    'former cover': oldCover!,
    'invited member': invited!,
    'invited, and requester of another case': both!,
    'member whose invitation has ended': expired!,
    'member whose invitation was revoked': revoked!,
    'panel member': onPanel!,
    'panel member, acting elsewhere': await alsoAt(onPanel!),
    'former panel member': offPanel!,
    'member of a closed panel': closedPanel!,
    'governance lead with an opening': governor!,
    'governance lead without one': idleGovernor!,
    'governance lead whose opening has ended': lateGovernor!,
    'governance lead of another organisation': foreignGovernor,
    "administrator of the requester's practice": admin,
    "administrator of the panel's trust": trustAdmin,
    operator: await access.member(trust, ['operator']),
    'programme lead': await access.member(practice, ['programme-lead']),
    "colleague in the requester's practice": colleague!,
    stranger: await access.member(elsewhere),
    'disabled invited member': disabled,
    'invited member without a place': placeless,
    'invited member of a closed organisation': ofClosed,
  };
}, 60_000);
afterAll(() => access.stop());

const ask = async (who: MemberCaller, of: string, purpose: Purpose): Promise<Relation | null> => {
  const { allowed } = await access.world.request(checkAccess, who, { caseIds: [of], purpose });
  return allowed[0]?.via ?? null;
};

describe.each(Object.entries(table) as [Who, readonly [Relation | null, readonly Purpose[]]][])(
  'to %s',
  (who, [relation, allowed]) => {
    it.each(everyPurpose)('a case is as open as the model says, for: %s', async (purpose) => {
      expect(await ask(people[who], caseId, purpose)).toBe(allowed.includes(purpose) ? relation : null);
    });

    it('an all-members case is open if they have an active place, and for no more', async () => {
      const gone = [
        'disabled invited member',
        'invited member without a place',
        'invited member of a closed organisation',
      ];
      const read = await ask(people[who], anyMemberCase, 'read');
      expect(read === null).toBe(gone.includes(who));
      if (read === 'everyone') expect(await ask(people[who], anyMemberCase, 'close')).toBeNull();
    });
  },
);

it('services are told the same of people, in whatever organisation they act', async () => {
  const memberIds = Object.values(people).map((one) => one.memberId);
  const reply = await access.world.request(whoMaySee, await access.world.as('notify'), { caseId, memberIds });
  const expected = (Object.keys(table) as Who[]).filter((who) => table[who][0] !== null);
  const elsewhere: Who[] = [
    'requester, acting elsewhere',
    'cover, acting elsewhere',
    'panel member, acting elsewhere',
  ];
  expect(new Set(reply.memberIds)).toEqual(
    new Set([...expected, ...elsewhere].map((who) => people[who].memberId)),
  );
});

it('a governance lead sees nothing more once the organisation turns that off', async () => {
  const admin = people["administrator of the requester's practice"];
  const governor = people['governance lead with an opening'];
  await access.world.request(changeSettings, admin, { governanceAccess: false });
  expect(await ask(governor, caseId, 'read')).toBeNull();
  await expect(
    access.world.request(openForGovernance, governor, { caseId, reason: 'Once more, to see.' }),
  ).rejects.toMatchObject({ code: 'forbidden' });
  await access.world.request(changeSettings, admin, { governanceAccess: true });
  expect(await ask(governor, caseId, 'read')).toBe('governance');
});
