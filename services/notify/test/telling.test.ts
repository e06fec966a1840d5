import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { v7 as uuidv7 } from 'uuid';
import {
  caseMentioned,
  casePosted,
  caseShared,
  governanceOpened,
  postChanged,
  shareCase,
  streamEntries,
  streamGrew,
} from '@definitivedx/contracts';
import { until } from '@definitivedx/testing';
import { Ward } from './ward.js';

let ward: Ward;
beforeAll(async () => {
  ward = await Ward.open();
});
afterAll(() => ward.stop());

describe('telling people', () => {
  it('tells the responsible specialist once, however often the event is delivered', async () => {
    const { world, onCall, gp } = ward;
    const { caseId, event } = await ward.openCase();
    const messageId = uuidv7();
    for (let time = 0; time < 3; time += 1) await world.publish(caseShared, caseId, event, messageId);
    // Events of one case are handled in order: once this one is, the repeats were.
    const last = await world.publish(caseShared, caseId, { ...event, created: false, grants: [] });
    await ward.handled(last);

    expect(await ward.told(onCall, caseId)).toEqual(['case-shared']);
    expect(await ward.told(gp, caseId)).toEqual([]);
    expect(await ward.mails(messageId)).toEqual([
      expect.objectContaining({ memberId: onCall.memberId, template: 'case-shared' }),
    ]);
    expect(await ward.mails(last)).toEqual([]);
  });

  it('sends one mail that says only that there is something to read, and where', async () => {
    const { caseId, messageId } = await ward.shareCase();
    const row = await ward.sent(messageId);
    const [mail, ...others] = await ward.received(caseId);
    expect(others).toEqual([]);
    expect(mail).toMatchObject({
      messageId: row.messageId,
      to: [ward.onCall.email],
      subject: 'A case is waiting for you',
    });
    expect(row.messageId).toMatch(/^<[0-9a-f-]{36}@definitivedx>$/);
    expect(mail!.text).toContain(`http://localhost:8080/cases/${caseId}`);
    expect(mail!.headers['auto-submitted']).toBe('auto-generated');
  });

  it('hints at new entries once they can be fetched', async () => {
    const hinted: string[] = [];
    const gateway = await ward.world.bus('gateway');
    gateway.onNudge(streamGrew, ({ memberIds }) => {
      hinted.push(...memberIds);
    });
    await gateway.connection.flush();
    const { caseId } = await ward.shareCase();
    await until(() => hinted.includes(ward.onCall.memberId), 'a nudge');
    expect(await ward.told(ward.onCall, caseId)).toEqual(['case-shared']);
  });

  it('tells the requester of advice, and the responsible specialist of an answer, never the author', async () => {
    const shared = await ward.shareCase();
    const advice = await ward.post(shared, ward.onCall, 'advice');
    const question = await ward.post(shared, ward.gp, 'question');
    await ward.sent(advice);
    await ward.sent(question);
    expect(await ward.told(ward.gp, shared.caseId)).toEqual(['advice-given']);
    expect(await ward.told(ward.onCall, shared.caseId)).toEqual(['case-shared', 'case-posted']);
    expect((await ward.mails(advice)).map((mail) => mail.memberId)).toEqual([ward.gp.memberId]);
  });

  it('tells who was mentioned, if they may see the case; by mail who is not mailed about the post', async () => {
    const { world, colleague, gp, onCall } = ward;
    const { caseId } = await ward.openCase(colleague);
    const stranger = uuidv7();
    const messageId = await world.publish(caseMentioned, caseId, {
      caseId,
      postId: uuidv7(),
      authorId: gp.memberId,
      requesterId: gp.memberId,
      responsibleId: onCall.memberId,
      memberIds: [colleague.memberId, onCall.memberId, gp.memberId, stranger],
      at: world.clock.now().toISOString(),
    });
    await ward.sent(messageId);
    expect(await ward.told(colleague, caseId)).toEqual(['mentioned']);
    // Nobody opened this one to the doctor on call: being mentioned opens nothing.
    expect(await ward.told(onCall, caseId)).toEqual([]);
    expect(await ward.told(gp, caseId)).toEqual([]);
    expect(await ward.mails(messageId)).toEqual([
      expect.objectContaining({ memberId: colleague.memberId, template: 'mentioned' }),
    ]);
    const [mail] = await ward.received(caseId);
    expect(mail).toMatchObject({ subject: 'You were mentioned in a case' });
  });

  it('tells of posts that change; by mail only that advice was withdrawn', async () => {
    const { world, gp, onCall } = ward;
    const { caseId } = await ward.openCase();
    const about = { caseId, postId: uuidv7(), requesterId: gp.memberId, responsibleId: onCall.memberId };
    const change = (
      kind: 'advice' | 'note',
      changed: 'edited' | 'withdrawn',
      authorId: string,
    ): Promise<string> =>
      world.publish(postChanged, caseId, {
        ...about,
        kind,
        change: changed,
        authorId,
        status: 'awaiting-advice',
        at: world.clock.now().toISOString(),
      });
    const edited = await change('note', 'edited', gp.memberId);
    const taken = await change('note', 'withdrawn', gp.memberId);
    const advice = await change('advice', 'withdrawn', onCall.memberId);
    await ward.sent(advice);
    expect(await ward.told(onCall, caseId)).toEqual(['post-edited', 'post-withdrawn']);
    expect(await ward.told(gp, caseId)).toEqual(['advice-withdrawn']);
    for (const quiet of [edited, taken]) expect(await ward.mails(quiet)).toEqual([]);
    const [mail] = await ward.received(caseId);
    expect(mail).toMatchObject({ to: [gp.email], subject: 'Advice was withdrawn' });
  });

  it('tells the requester when governance opens their case, by mail too, and not why', async () => {
    const { world, gp } = ward;
    const { caseId } = await ward.openCase();
    const opened = { openingId: uuidv7(), caseId, requesterId: gp.memberId, memberId: uuidv7() };
    const messageId = await world.publish(governanceOpened, caseId, {
      ...opened,
      at: new Date().toISOString(),
    });
    await ward.sent(messageId);
    expect(await ward.told(gp, caseId)).toEqual(['governance-opened']);
    const [mail] = await ward.received(caseId);
    expect(mail).toMatchObject({ to: [gp.email], subject: 'A case of yours was opened for governance' });
  });

  it('tells a person invited later, and leaves the responsible specialist alone', async () => {
    const { world, colleague, onCall } = ward;
    const { caseId, event } = await ward.openCase();
    const grants = [{ grantId: uuidv7(), kind: 'member' as const, principalId: colleague.memberId }];
    const messageId = await world.publish(caseShared, caseId, { ...event, created: false, grants });
    await ward.sent(messageId);
    expect(await ward.told(colleague, caseId)).toEqual(['case-shared']);
    expect(await ward.told(onCall, caseId)).toEqual([]);
  });

  it('numbers a stream without gaps under fifty events at once', async () => {
    const before = (await ward.stream(ward.colleague)).latest;
    const cases = await Promise.all([1, 2, 3, 4, 5].map(() => ward.openCase(ward.colleague)));
    // Each with an aggregate of its own, so that nothing but the counter puts them in a row.
    await Promise.all(
      Array.from({ length: 50 }, (_, n) => ward.post(cases[n % 5]!, ward.gp, 'information', uuidv7())),
    );
    await until(async () => (await ward.stream(ward.colleague)).latest === before + 50, 'fifty entries');
    const { entries } = await ward.stream(ward.colleague, before);
    expect(entries.map((entry) => entry.sequence)).toEqual(
      Array.from({ length: 50 }, (_, n) => before + n + 1),
    );
  });

  it('gives everyone their own stream, by pages, and a service none', async () => {
    const { world, onCall } = ward;
    const { latest } = await world.request(streamEntries, onCall.caller, {});
    expect(latest).toBeGreaterThan(2);
    const page = await world.request(streamEntries, onCall.caller, { after: 1, limit: 1 });
    expect(page.entries.map((entry) => entry.sequence)).toEqual([2]);
    expect(page.latest).toBe(latest);
    const stranger = await world.member();
    expect(await world.request(streamEntries, stranger, { after: 0 })).toEqual({ entries: [], latest: 0 });
    await expect(world.request(streamEntries, await world.as('gateway'), {})).rejects.toMatchObject({
      code: 'forbidden',
    });
  });
});

describe('when access ended', () => {
  it('says so to those who had been told, and to nobody else', async () => {
    const shared = await ward.shareCase(ward.colleague);
    await until(async () => (await ward.told(ward.colleague, shared.caseId)).length === 1, 'the first entry');
    await ward.revoke(shared);
    await until(
      async () => (await ward.told(ward.colleague, shared.caseId)).length === 2,
      'the second entry',
    );
    expect(await ward.told(ward.colleague, shared.caseId)).toEqual(['case-shared', 'access-ended']);
    expect(await ward.told(ward.onCall, shared.caseId)).toEqual([]);
    expect(await ward.told(ward.gp, shared.caseId)).toEqual([]);
  });

  it('tells and mails the specialist who became responsible by it', async () => {
    const shared = await ward.shareCase(ward.colleague);
    const { caseId } = shared;
    const entry = { kind: 'panel' as const, panelId: ward.panelId };
    await ward.world.request(shareCase, ward.gp.caller, { caseId, entries: [{ grantId: uuidv7(), entry }] });
    const messageId = await ward.revoke(shared, { handedTo: ward.onCall });
    expect(await ward.told(ward.onCall, caseId)).toEqual(['case-shared']);
    expect((await ward.mails(messageId ?? '')).map((mail) => mail.memberId)).toEqual([ward.onCall.memberId]);
  });

  it('says nothing about a case to someone who never heard of it', async () => {
    const shared = await ward.openCase(ward.colleague);
    await ward.revoke(shared, { publish: false });
    await ward.handled(await ward.world.publish(caseShared, shared.caseId, shared.event));
    await ward.revoke(shared);
    expect(await ward.told(ward.colleague, shared.caseId)).toEqual([]);
  });

  it('a post made after it reaches the revoked person neither by stream nor by mail', async () => {
    const shared = await ward.shareCase();
    await until(async () => (await ward.told(ward.onCall, shared.caseId)).length === 1, 'the first entry');
    await ward.revoke(shared);
    const post = await ward.post(shared, ward.colleague, 'information');
    await ward.sent(post);
    expect((await ward.mails(post)).map((mail) => mail.memberId)).toEqual([ward.gp.memberId]);
    expect(await ward.told(ward.onCall, shared.caseId)).not.toContain('case-posted');
  });
});

describe('when access cannot be asked', () => {
  it('waits for it, and then tells once', async () => {
    const shared = await ward.openCase();
    await ward.access.stop();
    const messageId = await ward.world.publish(casePosted, shared.caseId, {
      caseId: shared.caseId,
      postId: uuidv7(),
      kind: 'question',
      recommendation: null,
      authorId: ward.gp.memberId,
      requesterId: ward.gp.memberId,
      responsibleId: ward.onCall.memberId,
      status: 'awaiting-advice',
      at: ward.world.clock.now().toISOString(),
    });
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    expect(await ward.mails(messageId)).toEqual([]);
    await ward.access.start();
    await ward.sent(messageId);
    expect(await ward.told(ward.onCall, shared.caseId)).toEqual(['case-posted']);
  });
});
