import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  adviceUnread,
  assignDuty,
  caseConsulted,
  endPlace,
  nobodyLeft,
  registerMember,
  requesterLeft,
  responseOverdue,
  responsibilityGiven,
  responsibilityUnacknowledged,
  type Role,
} from '@definitivedx/contracts';
import { v7 } from 'uuid';
import { Ward, type Person, type SharedCase } from './ward.js';

let ward: Ward;
let admin: Person;
let cover: Person;
let stranger: Person;

beforeAll(async () => {
  ward = await Ward.open();
  admin = await ofPractice(['organisation-admin']);
  cover = await ofPractice(['clinician']);
  stranger = await ofPractice(['clinician']);
});
afterAll(() => ward.stop());

async function ofPractice(roles: Role[]): Promise<Person> {
  const email = `${v7()}@demo.invalid`;
  const { memberId } = await ward.world.request(registerMember, await ward.world.as('operator'), {
    issuer: 'https://sign-in.invalid',
    subject: v7(),
    name: 'Demo member',
    email,
    memberships: [{ odsCode: 'P81001', roles }],
  });
  const { organisationId } = ward.gp.caller;
  return { memberId, email, caller: await ward.world.member({ memberId, organisationId, roles }) };
}
const covering = async (...who: Person[]): Promise<void> => {
  const memberIds = who.map(({ memberId }) => memberId);
  await ward.world.request(assignDuty, admin.caller, { duty: 'cover', memberIds });
};
const now = (): string => ward.world.clock.now().toISOString();
/** Who was told what of a case, and who was mailed by which template about an event. */
const told = async ({ caseId }: SharedCase, of: Person): Promise<string[]> => ward.told(of, caseId);
const mailed = async (messageId: string): Promise<[string | null, string][]> =>
  (await ward.mails(messageId))
    .map((mail): [string | null, string] => [mail.memberId, mail.template])
    .toSorted((a, b) => (a.join() < b.join() ? -1 : 1));
const mails = (...of: [Person, string][]): [string, string][] =>
  of
    .map(([who, template]): [string, string] => [who.memberId, template])
    .toSorted((a, b) => (a.join() < b.join() ? -1 : 1));

describe('who answers for a case', () => {
  it('is told when it is given to them, and not who may not see it', async () => {
    const shared = await ward.openCase();
    const given = (to: Person) =>
      ward.world.publish(responsibilityGiven, shared.caseId, {
        caseId: shared.caseId,
        fromMemberId: ward.onCall.memberId,
        toMemberId: to.memberId,
        givenBy: null,
        reason: 'handed-to',
        at: now(),
      });
    const first = await given(ward.colleague);
    await ward.sent(first);
    expect(await told(shared, ward.colleague)).toEqual(['responsibility-given']);
    const [mail] = await ward.received(shared.caseId);
    expect(mail).toMatchObject({ to: [ward.colleague.email], subject: 'A case has been handed over to you' });
    const second = await given(stranger);
    await ward.handled(second);
    expect(await mailed(second)).toEqual([]);
    expect(await told(shared, stranger)).toEqual([]);
  });

  it('is reminded to acknowledge, and the lead of the panel told', async () => {
    const shared = await ward.openCase();
    const messageId = await ward.world.publish(responsibilityUnacknowledged, shared.caseId, {
      caseId: shared.caseId,
      responsibleId: ward.onCall.memberId,
      leadPanelId: ward.panelId,
      priority: 'urgent',
      reminder: 1,
      at: now(),
    });
    await ward.handled(messageId);
    const kind = 'responsibility-waiting';
    expect(await mailed(messageId)).toEqual(mails([ward.onCall, kind], [ward.colleague, kind]));
    expect(await told(shared, ward.onCall)).toEqual([kind]);
  });

  it('hears with the lead that an answer is overdue; a consulted panel by its doctor on call too', async () => {
    const shared = await ward.openCase();
    const late = (rest: { responsibleId: string; consultationId: string | null }) =>
      ward.world.publish(responseOverdue, shared.caseId, {
        ...{ caseId: shared.caseId, panelId: ward.panelId, dueAt: now(), at: now() },
        ...rest,
      });
    const kind = 'response-overdue';
    const own = await late({ responsibleId: ward.onCall.memberId, consultationId: null });
    await ward.handled(own);
    expect(await mailed(own)).toEqual(mails([ward.onCall, kind], [ward.colleague, kind]));
    const consulted = await late({ responsibleId: ward.colleague.memberId, consultationId: v7() });
    await ward.handled(consulted);
    expect(await mailed(consulted)).toEqual(mails([ward.onCall, kind], [ward.colleague, kind]));
  });

  it('is not told of a panel asked in, but its doctor on call is', async () => {
    const shared = await ward.openCase();
    const messageId = await ward.world.publish(caseConsulted, shared.caseId, {
      caseId: shared.caseId,
      consultationId: v7(),
      panelId: ward.panelId,
      askedBy: ward.gp.memberId,
      answerBy: now(),
      at: now(),
    });
    await ward.handled(messageId);
    expect(await mailed(messageId)).toEqual(mails([ward.onCall, 'consultation-asked']));
  });
});

describe('the asking side', () => {
  const unread = (shared: SharedCase, rest: { attendNow: boolean; reminder: number }) =>
    ward.world.publish(adviceUnread, shared.caseId, {
      ...{ caseId: shared.caseId, postId: v7(), responsibleId: ward.onCall.memberId, at: now() },
      ...rest,
    });

  it('is told by requester and cover of advice that nobody has opened', async () => {
    await covering(cover);
    const shared = await ward.openCase();
    const messageId = await unread(shared, { attendNow: false, reminder: 1 });
    await ward.handled(messageId);
    const kind = 'advice-unread';
    expect(await mailed(messageId)).toEqual(mails([ward.gp, kind], [cover, kind]));
    expect(await told(shared, cover)).toEqual([kind]);
    expect(await told(shared, ward.onCall)).toEqual([]);
  });

  it('is told at once that a child is to attend now, and from then on the doctor is to phone', async () => {
    await covering(cover);
    const shared = await ward.openCase();
    const first = await unread(shared, { attendNow: true, reminder: 0 });
    await ward.handled(first);
    expect(await mailed(first)).toEqual(mails([ward.gp, 'attend-now'], [cover, 'attend-now']));
    const second = await unread(shared, { attendNow: true, reminder: 1 });
    await ward.handled(second);
    expect(await mailed(second)).toEqual(
      mails([ward.gp, 'attend-now'], [cover, 'attend-now'], [ward.onCall, 'phone-the-practice']),
    );
    await ward.sent(second).catch(() => undefined);
    for (const { text, subject } of await ward.received(shared.caseId)) {
      expect(`${subject} ${text}`).not.toMatch(/child|rash|fever|ATTEND/);
    }
  });

  it('hears when nobody is left who could answer', async () => {
    await covering(cover);
    const shared = await ward.openCase();
    const messageId = await ward.world.publish(nobodyLeft, shared.caseId, {
      caseId: shared.caseId,
      at: now(),
    });
    await ward.handled(messageId);
    expect(await mailed(messageId)).toEqual(mails([ward.gp, 'nobody-left'], [cover, 'nobody-left']));
  });
});

describe('a practice that somebody leaves', () => {
  it('has its cover told of each case, and its administrators where there is none', async () => {
    await covering(cover);
    const shared = await ward.openCase();
    const { organisationId } = ward.gp.caller;
    const left = () =>
      ward.world.publish(requesterLeft, organisationId, {
        organisationId,
        caseIds: [shared.caseId],
        at: now(),
      });
    const heard = await left();
    await ward.handled(heard);
    expect(await told(shared, cover)).toEqual(['requester-left']);
    expect(await mailed(heard)).toEqual([]);

    await covering();
    const alone = await left();
    await ward.sent(alone);
    expect(await mailed(alone)).toEqual(mails([admin, 'cover-needed']));
    const [mail] = (await ward.received('organisation')).filter(({ to }) => to.includes(admin.email));
    expect(mail).toMatchObject({ subject: 'Your practice needs somebody to cover its cases' });
    // Administrators see no case, and are told of none.
    expect(mail!.text).not.toContain(shared.caseId);
  });

  it('has its administrators asked for cover when advice is unread and nobody is there to read it', async () => {
    const shared = await ward.openCase();
    await covering();
    await ward.world.request(endPlace, admin.caller, { memberId: ward.gp.memberId, emergency: true });
    const messageId = await ward.world.publish(adviceUnread, shared.caseId, {
      ...{ caseId: shared.caseId, postId: v7(), responsibleId: ward.onCall.memberId, at: now() },
      ...{ attendNow: true, reminder: 0 },
    });
    await ward.handled(messageId);
    expect(await mailed(messageId)).toEqual(
      mails([admin, 'cover-needed'], [ward.onCall, 'phone-the-practice']),
    );
    expect(await told(shared, ward.gp)).not.toContain('attend-now');
  });
});
