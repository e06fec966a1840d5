import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { registerMember } from '@definitivedx/contracts';
import { Clinic, refusal, toMember, toPanel, type Panel, type Person } from './clinic.js';
import { Discussing } from './discussing.js';
import { Finding } from './finding.js';

let clinic: Clinic;
let finding: Finding;
let discussing: Discussing;
let panel: Panel;
let gp: Person;

const hour = 3_600_000;

beforeAll(async () => {
  clinic = await Clinic.open();
  finding = new Finding(clinic);
  discussing = new Discussing(clinic);
  panel = await clinic.panel();
});
// Somebody new for each test has nothing but what that test gives them.
afterEach(async () => {
  expect(await finding.wronglyFiled()).toEqual([]);
});
afterAll(() => clinic.world.stop());

const asked = async (
  by: Person,
  rest: Parameters<Clinic['caseFor']>[1] = {},
  to = panel,
): Promise<string> => {
  clinic.world.clock.advance(1_000);
  return (await clinic.share(by, clinic.caseFor([toPanel(to)], rest))).caseId;
};

describe('a row of a list', () => {
  it('says what is unread, as marks, edits and withdrawals have it, and nothing of one’s own', async () => {
    gp = await clinic.gp();
    const caseId = await asked(gp);
    const unread = async (by: Person): Promise<number | undefined> =>
      (await finding.rows(by)).find((row) => row.caseId === caseId)?.unread;
    expect([await unread(gp), await unread(panel.onCall)]).toEqual([0, 0]);
    const { postId } = await clinic.post(gp, caseId, 'information');
    await clinic.post(gp, caseId, 'note');
    await clinic.post(panel.onCall, caseId, 'question');
    expect([await unread(gp), await unread(panel.onCall), await unread(panel.lead)]).toEqual([1, 2, 3]);
    await discussing.withdraw(gp, caseId, postId);
    expect([await unread(gp), await unread(panel.onCall), await unread(panel.lead)]).toEqual([1, 1, 2]);
    await discussing.mark(gp, caseId, 3);
    await discussing.mark(panel.lead, caseId, 2);
    expect([await unread(gp), await unread(panel.onCall), await unread(panel.lead)]).toEqual([0, 1, 1]);
    expect(await finding.ids(gp, { unread: true })).toEqual([]);
    expect(await finding.ids(panel.lead, { unread: true, panelId: panel.panelId })).toEqual([caseId]);
    expect((await finding.counts(gp)).unread).toEqual({ count: 0, more: false });
  });

  it('says by when an answer is due and that it is overdue, but not while information is awaited', async () => {
    gp = await clinic.gp();
    const caseId = await asked(gp, { priority: 'urgent' });
    const row = async () => (await finding.rows(gp)).find((one) => one.caseId === caseId);
    expect(await row()).toMatchObject({
      overdue: false,
      answerBy: expect.any(String),
      leadPanelId: panel.panelId,
    });
    clinic.world.clock.advance(24 * 7 * hour);
    expect(await row()).toMatchObject({ overdue: true });
    expect(await finding.ids(gp, { overdue: true })).toEqual([caseId]);
    expect((await finding.counts(gp)).overdue).toEqual({ count: 1, more: false });
    await clinic.post(panel.onCall, caseId, 'question');
    expect(await row()).toMatchObject({ overdue: false, status: 'awaiting-information' });
    expect(await finding.ids(gp, { overdue: true, order: 'due' })).toEqual([]);
    await clinic.post(panel.onCall, caseId, 'advice');
    expect(await row()).toMatchObject({ overdue: false, answerBy: null });
  });
});

describe('the lists of a member', () => {
  it('are what they asked, what their panels have open, what they answer for, and what has ended', async () => {
    gp = await clinic.gp();
    const own = await clinic.panel();
    const [first, second, third] = [
      await asked(gp, {}, own),
      await asked(gp, { priority: 'urgent' }, own),
      await asked(gp, {}, panel),
    ];
    expect(await finding.ids(gp, { view: 'mine' })).toEqual([third, second, first]);
    expect(await finding.ids(own.onCall, { view: 'mine' })).toEqual([]);
    expect(await finding.ids(own.onCall, { view: 'panels', state: 'open' })).toEqual([second, first]);
    expect(await finding.ids(own.onCall, { view: 'responsible' })).toEqual([second, first]);
    expect(await finding.ids(own.lead, { view: 'responsible' })).toEqual([]);
    expect(await finding.ids(gp, { panelId: own.panelId })).toEqual([second, first]);
    expect(await finding.ids(gp, { priority: 'urgent' })).toEqual([second]);
    expect(await finding.ids(own.lead, { view: 'panels', panelId: panel.panelId })).toEqual([]);

    clinic.world.clock.advance(1_000);
    await clinic.post(own.onCall, first, 'advice');
    expect(await finding.ids(gp, { statuses: ['advice-given'] })).toEqual([first]);
    await discussing.close(gp, first);
    expect(await finding.ids(own.onCall, { view: 'panels', state: 'open' })).toEqual([second]);
    expect(await finding.ids(own.onCall, { state: 'ended' })).toEqual([first]);
    expect(await finding.ids(gp, { statuses: ['closed'] })).toEqual([first]);
    expect(await finding.ids(gp, { statuses: ['closed'], state: 'open' })).toEqual([]);
    expect(await finding.ids(own.onCall, { view: 'responsible' })).toEqual([second]);
    const counts = await finding.counts(own.onCall);
    expect([counts.panels.count, counts.responsible.count, counts.mine.count]).toEqual([1, 1, 0]);
    expect((await finding.counts(gp)).mine).toEqual({ count: 2, more: false });
  });

  it('are those of the organisation one acts for: what was asked for a practice is not counted elsewhere', async () => {
    const [{ organisationId: practice }, { organisationId: trust }] = [
      await (await clinic.gp()).caller(),
      await panel.onCall.caller(),
    ];
    const { memberId } = await clinic.world.request(registerMember, await clinic.world.as('operator'), {
      issuer: 'https://identity.invalid',
      subject: 'locum',
      name: 'Demo locum',
      email: 'locum@demo.invalid',
      memberships: [
        { odsCode: 'A81001', roles: ['clinician'] },
        { odsCode: 'RXX', roles: ['specialist'] },
      ],
    });
    const acting = (organisationId: string, role: 'clinician' | 'specialist'): Person => ({
      memberId,
      caller: () => clinic.world.member({ memberId, organisationId, roles: [role] }),
    });
    const [atPractice, atTrust] = [acting(practice, 'clinician'), acting(trust, 'specialist')];
    const caseId = await asked(atPractice, { history: 'The word is locumword.' });
    expect(await finding.ids(atPractice, { view: 'mine' })).toEqual([caseId]);
    for (const input of [{}, { view: 'mine' }, { words: 'locumword' }] as const) {
      expect(await finding.page(atTrust, { ...input, count: true })).toMatchObject({
        cases: [],
        count: { count: 0, more: false },
      });
    }
    expect((await finding.counts(atTrust)).mine).toEqual({ count: 0, more: false });
  });

  it('come by when an answer is due, in pages that lose none of those due at the same time', async () => {
    gp = await clinic.gp();
    const own = await clinic.panel();
    const same = await Promise.all(
      Array.from({ length: 5 }, () => clinic.share(gp, clinic.caseFor([toPanel(own)]))),
    );
    const urgent = await asked(gp, { priority: 'urgent' }, own);
    const paused = await asked(gp, {}, own);
    await clinic.post(own.onCall, paused, 'question');
    for (const [by, view] of [
      [gp, 'mine'],
      [gp, 'all'],
      [own.onCall, 'panels'],
      [own.onCall, 'responsible'],
    ] as const) {
      const rows = await finding.rows(by, { view, order: 'due', limit: 2 });
      expect(rows[0]?.caseId).toBe(urgent);
      expect(new Set(rows.map(({ caseId }) => caseId))).toEqual(
        new Set([urgent, ...same.map((one) => one.caseId)]),
      );
      expect(rows).toHaveLength(6);
    }
    const { nextCursor } = await finding.page(gp, { order: 'due', limit: 2 });
    expect(await refusal(finding.page(gp, { cursor: nextCursor! }))).toMatchObject({
      code: 'invalid-input',
      issues: [{ path: 'cursor' }],
    });
  });

  it('go on behind what a narrow filter leaves out', async () => {
    gp = await clinic.gp();
    const own = await clinic.panel();
    const urgent = await asked(gp, { priority: 'urgent' }, own);
    for (let i = 0; i < 90; i += 1) await asked(gp, {}, own);
    const page = await finding.page(gp, { priority: 'urgent', limit: 1, count: true });
    // Eighty-four were looked at: the page is empty, and its cursor is the last of them.
    expect(page).toMatchObject({ cases: [], count: { count: 1, more: false } });
    expect(page.nextCursor).not.toBeNull();
    expect(await finding.ids(gp, { priority: 'urgent', limit: 1 })).toEqual([urgent]);
  }, 60_000);
});

describe('following', () => {
  it('is for oneself alone, once, and ends when one likes', async () => {
    gp = await clinic.gp();
    const caseId = await asked(gp);
    expect(await finding.follow(panel.onCall, caseId)).toEqual({ followed: true });
    await finding.follow(panel.onCall, caseId);
    const mine = await finding.rows(panel.onCall, { view: 'followed' });
    expect(mine).toMatchObject([{ caseId, followed: true }]);
    expect(await clinic.read(panel.onCall, caseId)).toMatchObject({ followed: true });
    expect(await finding.ids(panel.lead, { view: 'followed' })).toEqual([]);
    expect(await clinic.read(gp, caseId)).toMatchObject({ followed: false });
    expect((await finding.counts(panel.onCall)).followed).toEqual({ count: 1, more: false });
    expect(await finding.unfollow(panel.onCall, caseId)).toEqual({ followed: false });
    expect(await finding.ids(panel.onCall, { view: 'followed' })).toEqual([]);
  });

  it('ends to show with the access, and a stranger’s case is as one that does not exist', async () => {
    gp = await clinic.gp();
    const invited = await clinic.specialist();
    const caseId = await asked(gp);
    const unknown = randomUUID();
    for (const what of [finding.follow.bind(finding), finding.unfollow.bind(finding)]) {
      const refused = await refusal(what(invited, caseId));
      expect(refused).toEqual(await refusal(what(invited, unknown)));
      expect(refused).toMatchObject({ code: 'not-found' });
    }
    const [grantId] = await finding.share(gp, caseId, [toMember(invited)]);
    await finding.follow(invited, caseId);
    await finding.revoke(gp, caseId, grantId!);
    expect(await finding.ids(invited, { view: 'followed' })).toEqual([]);
    expect((await finding.counts(invited)).followed).toEqual({ count: 0, more: false });
  });
});

describe('after a revoke’s reply', () => {
  it('no list, count or search of the person has the case, nor what is posted in it since', async () => {
    gp = await clinic.gp();
    const invited = await clinic.specialist();
    const caseId = await asked(gp, { history: 'The word is quokkamark.' });
    const [grantId] = await finding.share(gp, caseId, [toMember(invited)]);
    expect(await finding.search(invited, 'quokkamark')).toEqual([caseId]);
    expect(await finding.ids(invited)).toEqual([caseId]);
    await finding.revoke(gp, caseId, grantId!);
    await clinic.post(gp, caseId, 'information', { body: 'And wombatmark.' });
    const lists = [
      {},
      { unread: true },
      { order: 'due' },
      { words: 'quokkamark' },
      { words: 'wombatmark' },
    ] as const;
    for (const input of lists) {
      expect(await finding.page(invited, { ...input, count: true })).toEqual({
        cases: [],
        nextCursor: null,
        count: { count: 0, more: false },
      });
    }
    const counts = await finding.counts(invited);
    expect(Object.values(counts).map(({ count }) => count)).toEqual([0, 0, 0, 0, 0, 0, 0]);
    expect(await finding.search(panel.onCall, 'wombatmark')).toEqual([caseId]);
  });
});
