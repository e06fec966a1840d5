import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { getCase, listCases } from '@definitivedx/contracts';
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

const rowsOf = (table: string, caseId: string): Promise<Record<string, unknown>[]> =>
  clinic
    .rows(`select to_jsonb(t) - 'id' as row from ${table} t where case_id = $1`, [caseId])
    .then((rows) => (rows as { row: Record<string, unknown> }[]).map(({ row }) => row));

const events = (caseId: string): Promise<{ subject: string; payload: Record<string, unknown> }[]> =>
  clinic.rows('select subject, payload from outbox where aggregate_id = $1 order by id', [caseId]);

describe('sharing a new case', () => {
  it("opens it to its audience, records the attestation and makes the panel's on-call doctor responsible", async () => {
    const invited = await clinic.specialist();
    const input = clinic.caseFor([toPanel(panel), toMember(invited)]);
    const reply = await clinic.share(gp, input);
    const { caseId } = reply;

    expect(reply).toMatchObject({
      status: 'awaiting-advice',
      version: 1,
      responsibleId: panel.onCall.memberId,
    });
    expect(await rowsOf('attestation', caseId)).toEqual([
      expect.objectContaining({ member_id: gp.memberId, ...input.attestation }),
    ]);
    expect(await rowsOf('responsibility', caseId)).toEqual([
      expect.objectContaining({ member_id: panel.onCall.memberId, reason: 'on-call', until_at: null }),
    ]);
    const audience = await rowsOf('audience', caseId);
    expect(audience.map(({ kind, principal }) => ({ kind, principal }))).toEqual(
      expect.arrayContaining([
        { kind: 'requester', principal: gp.memberId },
        { kind: 'practice', principal: (await gp.caller()).organisationId },
        { kind: 'panel', principal: panel.panelId },
        { kind: 'member', principal: invited.memberId },
      ]),
    );
    expect(audience).toHaveLength(4);
    expect(await clinic.rows('select command_id from reserved_ids where case_id = $1', [caseId])).toEqual([]);
  });

  it('leaves its events in the same transaction, with ids and codes and not a word of the case', async () => {
    const question = 'Is the zebra-striped rash worrying?';
    const { caseId } = await clinic.share(
      gp,
      clinic.caseFor([toPanel(panel)], { question, history: question }),
    );
    const left = await events(caseId);
    expect(left.map(({ subject }) => subject)).toEqual([
      'evt.cases.case-shared.v1',
      'evt.cases.case-asked.v1',
      'evt.cases.acted.v1',
    ]);
    expect(left[0]?.payload).toMatchObject({
      caseId,
      created: true,
      requesterId: gp.memberId,
      responsibleId: panel.onCall.memberId,
      grants: [{ kind: 'panel', principalId: panel.panelId }],
    });
    expect(left[1]?.payload).toMatchObject({
      panel: { panelId: panel.panelId },
      priority: 'routine',
      intendedAction: 'unsure',
    });
    expect(left[2]?.payload).toMatchObject({
      act: 'case.create',
      caseId,
      memberId: gp.memberId,
      subjectId: null,
    });
    expect(JSON.stringify(left)).not.toContain('zebra');
  });

  it('can be read by its requester, the doctor on call and the one invited, each for their own reason', async () => {
    const invited = await clinic.specialist();
    const input = clinic.caseFor([toPanel(panel), toMember(invited)]);
    const { caseId, createdAt } = await clinic.share(gp, input);
    const readers = [
      [gp, 'requester'],
      [panel.onCall, 'panel'],
      [invited, 'member'],
    ] as const;
    for (const [reader, via] of readers) {
      const read = await clinic.world.request(getCase, await reader.caller(), { caseId });
      const { question, history, ageBand, sex, intendedAction, priority } = input;
      const content = { question, history, ageBand, sex, intendedAction, priority };
      expect(read).toMatchObject({ ...content, caseId, createdAt, via, version: 1, posts: [] });
    }
  });

  it("goes to the panel's lead when nobody is on call, and when the one on call has left the panel", async () => {
    const gap = await clinic.panel({ onCall: 'nobody' });
    expect(await clinic.share(gp, clinic.caseFor([toPanel(gap)]))).toMatchObject({
      responsibleId: gap.lead.memberId,
    });

    const lead = await clinic.specialist();
    const left = await clinic.panel({ lead, members: [lead] });
    expect(await clinic.share(gp, clinic.caseFor([toPanel(left)]))).toMatchObject({
      responsibleId: lead.memberId,
    });
  });

  it('goes to the invited specialist when no panel was asked', async () => {
    const [colleague, invited] = [await clinic.gp(), await clinic.specialist()];
    const reply = await clinic.share(gp, clinic.caseFor([toMember(colleague), toMember(invited)]));
    expect(reply.responsibleId).toBe(invited.memberId);
  });

  it('never makes the requester responsible for their own question', async () => {
    const asking = await clinic.specialist();
    const own = await clinic.panel({ onCall: asking });
    const reply = await clinic.share(asking, clinic.caseFor([toPanel(own)]));
    expect(reply.responsibleId).toBe(own.lead.memberId);
  });

  it('takes ids written in capitals', async () => {
    const loud = { kind: 'panel', panelId: panel.panelId.toUpperCase() } as const;
    const reply = await clinic.share(gp, clinic.caseFor([loud]));
    expect(reply.responsibleId).toBe(panel.onCall.memberId);
    const reading = { caseId: reply.caseId.toUpperCase() };
    await expect(clinic.world.request(getCase, await panel.onCall.caller(), reading)).resolves.toBeDefined();
    const { cases } = await clinic.world.request(listCases, await panel.onCall.caller(), {});
    expect(cases.map(({ caseId }) => caseId)).toContain(reply.caseId);
  });
});

describe('a new case is refused', () => {
  it('when the attested text is not the one in force', async () => {
    const input = clinic.caseFor([toPanel(panel)]);
    for (const stale of [{ version: '2020-01' }, { hash: '0'.repeat(64) }]) {
      const attestation = { ...input.attestation, ...stale };
      const refused = await refusal(clinic.share(gp, { ...input, attestation }));
      expect(refused).toMatchObject({ code: 'conflict', message: expect.stringContaining('changed') });
    }
  });

  it('when nobody in the audience could answer it', async () => {
    const refused = await refusal(clinic.share(gp, clinic.caseFor([toMember(await clinic.gp())])));
    expect(refused).toMatchObject({
      code: 'invalid-input',
      issues: [expect.objectContaining({ path: 'audience' })],
    });
  });

  it('when a panel is unknown, naming the entry', async () => {
    const unknown = { kind: 'panel', panelId: randomUUID() } as const;
    const refused = await refusal(clinic.share(gp, clinic.caseFor([toPanel(panel), unknown])));
    expect(refused).toMatchObject({
      code: 'invalid-input',
      issues: [expect.objectContaining({ path: 'audience.1.panelId' })],
    });
  });

  it('when it comes from somebody who is no clinician, or who has not consented', async () => {
    const administrator = await clinic.administrator();
    expect(await refusal(clinic.share(administrator, clinic.caseFor([toPanel(panel)])))).toMatchObject({
      code: 'forbidden',
    });
    const { memberId, organisationId } = await gp.caller();
    const unasked = await clinic.world.member({
      memberId,
      organisationId,
      roles: ['clinician'],
      consented: false,
    });
    const unconsented = { memberId, caller: () => Promise.resolve(unasked) };
    expect(await refusal(clinic.share(unconsented, clinic.caseFor([toPanel(panel)])))).toMatchObject({
      code: 'consent-required',
    });
  });

  it('and leaves nothing behind', async () => {
    const count = (): Promise<unknown> =>
      clinic.rows('select (select count(*) from cases) as cases, (select count(*) from outbox) as outbox');
    const before = await count();
    await refusal(clinic.share(gp, clinic.caseFor([toMember(await clinic.gp())])));
    expect(await count()).toEqual(before);
  });

  it('when it carries fields of its own making', async () => {
    const made = { ...clinic.caseFor([toPanel(panel)]), requesterId: randomUUID(), status: 'closed' };
    expect(await refusal(clinic.share(gp, made))).toMatchObject({ code: 'invalid-input' });
  });
});

describe('the same command twice', () => {
  const casesOf = (person: Person): Promise<unknown[]> =>
    clinic.rows('select id from cases where requester_id = $1', [person.memberId]);

  it('has one effect and the first reply, one after the other', async () => {
    const asking = await clinic.gp();
    const input = clinic.caseFor([toPanel(panel)]);
    const first = await clinic.share(asking, input);
    expect(await clinic.share(asking, input)).toEqual(first);
    expect(await casesOf(asking)).toHaveLength(1);
    expect(await events(first.caseId)).toHaveLength(3);
    expect(await clinic.rows('select 1 from reserved_ids where command_id = $1', [input.commandId])).toEqual(
      [],
    );
  });

  it('has one effect and one reply, all at once', async () => {
    const asking = await clinic.gp();
    const input = clinic.caseFor([toPanel(panel), toMember(await clinic.specialist())]);
    const replies = await Promise.all(Array.from({ length: 8 }, () => clinic.share(asking, input)));
    expect(new Set(replies.map((reply) => JSON.stringify(reply))).size).toBe(1);
    expect(await casesOf(asking)).toHaveLength(1);
    expect(await events(replies[0]!.caseId)).toHaveLength(3);
  });

  it('finds its way back to the grants of an attempt that was cut off', async () => {
    const asking = await clinic.gp();
    const input = clinic.caseFor([toPanel(panel)]);
    // The first attempt gets as far as access and no further: the case itself cannot be written.
    await clinic.rows('alter table cases add constraint cut_off check (question <> $$cut off$$)');
    const refused = await refusal(clinic.share(asking, { ...input, question: 'cut off' }));
    expect(refused.code).toBe('internal');
    await clinic.rows('alter table cases drop constraint cut_off');

    const [reserved] = await clinic.rows<{ case_id: string }>(
      'select case_id from reserved_ids where command_id = $1',
      [input.commandId],
    );
    // Access knows it by now, but there is no case to be read before it is committed.
    expect(
      await refusal(clinic.world.request(getCase, await asking.caller(), { caseId: reserved!.case_id })),
    ).toMatchObject({
      code: 'not-found',
    });
    const reply = await clinic.share(asking, input);
    expect(reply.caseId).toBe(reserved!.case_id);
    const access = await clinic.world.database('access');
    const grants = await access.run(
      { name: 'test-grants', text: 'select id from access_grant where case_id = $1' },
      [reply.caseId],
    );
    expect(grants).toHaveLength(1);
  });

  it('is refused to somebody else', async () => {
    const input = clinic.caseFor([toPanel(panel)]);
    await clinic.share(gp, input);
    expect(await refusal(clinic.share(await clinic.gp(), input))).toMatchObject({ code: 'conflict' });
  });
});
