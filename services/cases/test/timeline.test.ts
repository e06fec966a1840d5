import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  acceptHandOver,
  acknowledgeResponsibility,
  caseAudience,
  caseTimeline,
  changeLeadPanel,
  closeCase,
  consultPanel,
  copyToRecord,
  handBack,
  handTo,
  recordPhoneCall,
  revokeShare,
  shareFurther,
  type InputOf,
  type ReplyOf,
  type RequestContract,
} from '@definitivedx/contracts';
import { Clinic, refusal, toMember, toPanel, type Panel, type Person } from './clinic.js';

let clinic: Clinic;
let gp: Person;
let panel: Panel;
let second: Panel;
let third: Person;

beforeAll(async () => {
  clinic = await Clinic.open();
  gp = await clinic.gp();
  third = await clinic.specialist();
  const [onCall, lead] = [await clinic.specialist(), await clinic.specialist()];
  panel = await clinic.panel({ onCall, lead, members: [onCall, lead, third] });
  second = await clinic.panel();
});
afterAll(() => clinic.world.stop());

type Rest<C extends RequestContract> = Omit<InputOf<C>, 'commandId' | 'caseId'>;
const command = async <C extends RequestContract>(
  contract: C,
  by: Person,
  caseId: string,
  rest: Rest<C>,
): Promise<ReplyOf<C>> =>
  clinic.world.request(contract, await by.caller(), { commandId: randomUUID(), caseId, ...rest } as never);

describe('the timeline of a case', () => {
  it('has a row for each thing that is done to it, with who did it', async () => {
    const { caseId } = await clinic.share(gp, clinic.caseFor([toPanel(panel)]));
    const seen: string[] = [];
    let from = 0;
    /** What the last command has added. */
    const added = async (): Promise<string[]> => {
      const entries = await clinic.timeline(gp, caseId);
      const rows = entries.slice(from).map(({ kind, actorId }) => {
        const who = {
          [gp.memberId]: 'gp',
          [panel.onCall.memberId]: 'on-call',
          [panel.lead.memberId]: 'lead',
        };
        return `${kind} by ${actorId === null ? 'the programme' : (who[actorId] ?? 'another')}`;
      });
      from = entries.length;
      seen.push(...rows);
      return rows;
    };
    expect(await added()).toEqual(['asked by gp', 'responsible by the programme']);
    await command(acknowledgeResponsibility, panel.onCall, caseId, {});
    expect(await added()).toEqual(['acknowledged by on-call']);
    await clinic.post(panel.onCall, caseId, 'question');
    expect(await added()).toEqual(['posted by on-call']);
    const { grantIds } = await command(shareFurther, gp, caseId, {
      audience: [toPanel(second), toMember(third)],
    });
    expect(await added()).toEqual(['shared by gp', 'shared by gp']);
    await command(revokeShare, gp, caseId, { grantId: grantIds[1]! });
    expect(await added()).toEqual(['share-ended by gp']);
    await command(consultPanel, gp, caseId, { panelId: second.panelId, question: 'Innocent?' });
    expect(await added()).toEqual(['consulted by gp']);
    await clinic.post(second.onCall, caseId, 'advice');
    expect(await added()).toEqual(['posted by another', 'consultation-answered by another']);
    await command(handTo, panel.onCall, caseId, { memberId: third.memberId, note: 'Yours.' });
    expect(await added()).toEqual(['responsible by on-call']);
    await command(handBack, third, caseId, {});
    expect(await added()).toEqual(['responsible by another']);
    await command(acceptHandOver, panel.lead, caseId, {});
    expect(await added()).toEqual(['responsible by lead']);
    await command(changeLeadPanel, gp, caseId, { panelId: second.panelId });
    expect(await added()).toEqual(['lead-panel by gp', 'responsible by gp']);
    const { postId } = await clinic.post(second.onCall, caseId, 'advice');
    expect(await added()).toEqual(['posted by another']);
    const calledAt = clinic.world.clock.now().toISOString();
    await command(recordPhoneCall, second.onCall, caseId, { postId, reached: 'cover', calledAt });
    expect(await added()).toEqual(['phone-call by another']);
    await command(copyToRecord, gp, caseId, {});
    expect(await added()).toEqual(['advice-opened by gp', 'copied-to-record by gp']);
    await command(closeCase, gp, caseId, { survey: { outcome: 'none', referral: 'other' } });
    expect(await added()).toEqual(['closed by gp']);

    // The whole of it, page by page, in order.
    const pages: ReplyOf<typeof caseTimeline>[] = [];
    do {
      const cursor = pages.at(-1)?.nextCursor;
      const input = { caseId, limit: 7, ...(cursor ? { cursor } : {}) };
      pages.push(await clinic.world.request(caseTimeline, await gp.caller(), input));
    } while (pages.at(-1)?.nextCursor);
    const entries = pages.flatMap((page) => page.entries);
    expect(entries).toHaveLength(seen.length);
    const numbers = entries.map(({ number }) => number);
    expect(numbers).toEqual(numbers.toSorted((a, b) => a - b));
  });

  it('tells every change of status, of who answers and of who sees it, as the tables have it', async () => {
    const { caseId } = await clinic.share(gp, clinic.caseFor([toPanel(panel), toPanel(second)]));
    await clinic.post(panel.onCall, caseId, 'question');
    await clinic.post(gp, caseId, 'information');
    await clinic.post(panel.onCall, caseId, 'advice');
    const { grants } = await clinic.world.request(caseAudience, await gp.caller(), { caseId });
    for (const { grantId } of grants) await command(revokeShare, gp, caseId, { grantId });
    const entries = await clinic.timeline(gp, caseId);
    const moves = entries.flatMap(({ kind, detail }) =>
      kind === 'posted' ? [`${String(detail['from'])} > ${String(detail['to'])}`] : [],
    );
    expect(moves).toEqual([
      'awaiting-advice > awaiting-information',
      'awaiting-information > awaiting-advice',
      'awaiting-advice > advice-given',
    ]);
    const held = await clinic.rows<{ member: string }>(
      'select member_id as member from responsibility where case_id = $1 order by id',
      [caseId],
    );
    const told = entries.flatMap(({ kind, subjectId }) => (kind === 'responsible' ? [subjectId] : []));
    expect(told).toEqual(held.map(({ member }) => member));
    expect(entries.filter(({ kind }) => kind === 'share-ended').map(({ subjectId }) => subjectId)).toEqual(
      grants.map(({ grantId }) => grantId),
    );
    expect(entries.at(-1)).toMatchObject({
      kind: 'cancelled',
      actorId: null,
      detail: { why: 'nobody-left' },
    });
  });

  it('is for those who may see the case, never changed, and holds no words', async () => {
    const { caseId } = await clinic.share(gp, clinic.caseFor([toPanel(panel)], { question: 'A zebra?' }));
    await clinic.post(panel.onCall, caseId, 'advice', { body: 'A zebra.' });
    const by = async (who: Person, id: string) =>
      refusal(clinic.world.request(caseTimeline, await who.caller(), { caseId: id }));
    const stranger = await clinic.gp();
    expect(await by(stranger, caseId)).toEqual(await by(stranger, randomUUID()));
    expect(await by(stranger, caseId)).toMatchObject({ code: 'not-found' });
    expect(JSON.stringify(await clinic.timeline(panel.onCall, caseId))).not.toContain('zebra');
    await expect(clinic.rows('delete from timeline where case_id = $1', [caseId])).rejects.toThrow(
      'never changed',
    );
  });
});
