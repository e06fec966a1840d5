import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  caseActed,
  caseAudience,
  caseFlags,
  clearFlag,
  flagCase,
  getLocalContacts,
  setInviteOnly,
  setLocalContacts,
  shareFurther,
} from '@definitivedx/contracts';
import { Clinic, refusal, toMember, toPanel, type Person } from './clinic.js';
import { Courses } from './courses.js';

let clinic: Clinic;
let of: Courses;
/** Invited by name to cases that are flagged. */
let named: Person;

const contacts = 'Named nurse: 01632 960001. Out of hours: 01632 960002.';

beforeAll(async () => {
  clinic = await Clinic.open();
  of = new Courses(clinic, await clinic.gp(), await clinic.panel());
  named = await clinic.specialist();
  await of.does(await clinic.administrator(), setLocalContacts, { text: contacts });
});
afterAll(() => clinic.world.stop());

/** A case that people alone see. */
const amongPeople = async (...others: Person[]): Promise<string> =>
  (await clinic.share(of.gp, clinic.caseFor([toMember(named), ...others.map(toMember)]))).caseId;
const flag = (caseId: string, by = of.gp, kind: 'safeguarding' | 'intimate-image' = 'safeguarding') =>
  of.does(by, flagCase, { caseId, kind });
const clear = (caseId: string, by = of.gp, kind: 'safeguarding' | 'intimate-image' = 'safeguarding') =>
  of.does(by, clearFlag, { caseId, kind });
const flagsFor = async (by: Person, caseId: string) =>
  clinic.world.request(caseFlags, await by.caller(), { caseId });
const inviteOnly = async (caseId: string, to: boolean) =>
  clinic.world.request(setInviteOnly, await of.gp.caller(), { caseId, inviteOnly: to });

describe('a flag', () => {
  it('shows the local contacts, is on the timeline and in the audit, and keeps the case among people', async () => {
    const caseId = await amongPeople();
    const before = await clinic.read(of.gp, caseId);
    const flagged = await flag(caseId);
    expect(flagged).toMatchObject({ kind: 'safeguarding', version: before.version + 1 });
    expect(flagged.localContacts).toEqual([{ organisationId: before.organisationId, text: contacts }]);
    expect(await clinic.read(named, caseId)).toMatchObject({ flags: ['safeguarding'] });
    expect(await flagsFor(named, caseId)).toEqual({
      flags: [
        {
          kind: 'safeguarding',
          setBy: of.gp.memberId,
          setAt: expect.any(String),
          clearedBy: null,
          clearedAt: null,
        },
      ],
      localContacts: flagged.localContacts,
    });
    expect((await of.timeline(caseId)).at(-1)).toEqual({
      kind: 'flagged',
      actor_id: of.gp.memberId,
      detail: { flag: 'safeguarding' },
    });
    expect((await clinic.events(caseActed, caseId)).at(-1)).toMatchObject({ act: 'case.flag' });

    const audience = await clinic.world.request(caseAudience, await of.gp.caller(), { caseId });
    expect(audience.inviteOnly).toBe(true);
    expect(
      await refusal(of.does(of.gp, shareFurther, { caseId, audience: [toPanel(of.panel)] })),
    ).toMatchObject({ code: 'invalid-input' });
    expect(await refusal(inviteOnly(caseId, false))).toMatchObject({
      code: 'conflict',
      message: expect.stringContaining('flag'),
    });
    const another = await clinic.specialist();
    await of.share(caseId, [toMember(another)]);
    expect((await clinic.read(another, caseId)).flags).toEqual(['safeguarding']);
  });

  it('waits for wider shares to end, and names them', async () => {
    const caseId = await of.advised();
    await of.share(caseId, [toMember(named)]);
    const [open] = await clinic.rows<{ grantId: string }>(
      `select grant_id as "grantId" from audience where case_id = $1 and kind = 'panel'`,
      [caseId],
    );
    const issues = [{ path: `audience.${open!.grantId}`, message: expect.stringContaining('panel') }];
    expect(await refusal(flag(caseId))).toEqual({
      code: 'conflict',
      message: expect.stringContaining('end these shares, and then set the flag'),
      issues,
    });
    // Who cannot end them is told whom to ask.
    expect(await refusal(flag(caseId, of.panel.onCall))).toEqual({
      code: 'conflict',
      message: expect.stringContaining('ask who controls the case'),
      issues,
    });
    expect((await clinic.read(of.gp, caseId)).flags).toEqual([]);
    await of.endPanelShares(caseId);
    await flag(caseId);
    expect((await clinic.read(named, caseId)).flags).toEqual(['safeguarding']);
    expect(await refusal(clinic.read(of.panel.onCall, caseId))).toMatchObject({ code: 'not-found' });
  });

  it('is set by whoever may post, on an ended case too, and seen by nobody who may not see the case', async () => {
    const colleague = await clinic.gp();
    const caseId = await amongPeople(colleague);
    for (const [by, kind] of [
      [named, 'safeguarding'],
      [colleague, 'intimate-image'],
    ] as const) {
      await flag(caseId, by, kind);
    }
    expect((await clinic.read(of.gp, caseId)).flags).toEqual(['intimate-image', 'safeguarding']);
    const stranger = await clinic.specialist();
    const unknown = randomUUID();
    expect(await refusal(flagsFor(stranger, caseId))).toEqual(await refusal(flagsFor(stranger, unknown)));
    expect(await refusal(flag(caseId, stranger))).toEqual(await refusal(flag(unknown, stranger)));
    expect(await refusal(clear(caseId, stranger))).toEqual(await refusal(clear(unknown, stranger)));

    const closed = await of.closed();
    await of.endPanelShares(closed);
    await flag(closed);
    expect((await clinic.read(of.gp, closed)).flags).toEqual(['safeguarding']);
  });

  it('is set once, and taken off by who set it or a specialist; with the last one the case may be opened again', async () => {
    const caseId = await amongPeople();
    await flag(caseId, named);
    expect(await refusal(flag(caseId))).toMatchObject({ code: 'conflict' });
    expect(await refusal(clear(caseId, of.gp, 'intimate-image'))).toMatchObject({ code: 'conflict' });
    expect(await refusal(clear(caseId))).toMatchObject({ code: 'forbidden' });
    await flag(caseId, of.gp, 'intimate-image');
    await clear(caseId, named);
    expect(await refusal(inviteOnly(caseId, false))).toMatchObject({ code: 'conflict' });
    await clear(caseId, of.gp, 'intimate-image');
    expect((await of.timeline(caseId)).at(-1)).toMatchObject({ kind: 'flag-cleared' });
    expect((await clinic.events(caseActed, caseId)).at(-1)).toMatchObject({ act: 'case.clear-flag' });
    expect(await inviteOnly(caseId, false)).toEqual({ inviteOnly: false });
    await of.share(caseId, [toPanel(of.panel)]);
    expect((await clinic.read(of.panel.onCall, caseId)).flags).toEqual([]);
    const { flags } = await flagsFor(of.gp, caseId);
    expect(flags.map(({ kind, clearedBy }) => [kind, clearedBy])).toEqual([
      ['safeguarding', named.memberId],
      ['intimate-image', of.gp.memberId],
    ]);
  });

  it('is one, though several set it at once, and the same again for the same command', async () => {
    const caseId = await amongPeople();
    const outcomes = await Promise.allSettled([1, 2, 3, 4].map(() => flag(caseId)));
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    const commandId = randomUUID();
    const input = { commandId, caseId, kind: 'intimate-image' as const };
    const as = await of.gp.caller();
    const replies = [
      await clinic.world.request(flagCase, as, input),
      await clinic.world.request(flagCase, as, input),
    ];
    expect(replies[0]).toEqual(replies[1]);
  });

  it('holds against a flag of another kind that is taken off in the same instant', async () => {
    for (let round = 0; round < 10; round += 1) {
      const caseId = await amongPeople();
      await flag(caseId);
      await Promise.all([clear(caseId), flag(caseId, named, 'intimate-image')]);
      expect((await clinic.read(of.gp, caseId)).flags).toEqual(['intimate-image']);
      expect(await refusal(inviteOnly(caseId, false))).toMatchObject({ code: 'conflict' });
    }
  });
});

describe('local contacts', () => {
  it('are what the administrator has set last, for their own organisation alone', async () => {
    const admin = await clinic.administrator();
    const read = async () => clinic.world.request(getLocalContacts, await admin.caller(), {});
    expect((await read()).text).toBe(contacts);
    await of.does(admin, setLocalContacts, { text: `${contacts} Please write nothing down.` });
    expect((await read()).text).toContain('nothing down');
    await of.does(admin, setLocalContacts, { text: contacts });
    for (const text of ['', '  ', 'x'.repeat(4_001)]) {
      expect(await refusal(of.does(admin, setLocalContacts, { text }))).toMatchObject({
        code: 'invalid-input',
        issues: [expect.objectContaining({ path: 'text' })],
      });
    }
    for (const other of [of.gp, named]) {
      expect(await refusal(of.does(other, setLocalContacts, { text: 'Mine.' }))).toMatchObject({
        code: 'forbidden',
      });
    }
  });
});
