import { createServer } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { v7 as uuidv7 } from 'uuid';
import { deadLetteredBy } from '@definitivedx/contracts';
import { Smtp } from '../src/delivery/smtp.js';
import { operations, Ward } from './ward.js';

const day = 86_400_000;

let ward: Ward;
beforeAll(async () => {
  ward = await Ward.open();
});
afterAll(() => ward.stop());

describe('a mail that the server refuses for now', () => {
  it('is offered again later, under the same Message-ID', async () => {
    await ward.refuseNext(2);
    const { caseId, messageId } = await ward.shareCase();
    const first = await ward.putOff(messageId, 1);
    expect(first).toMatchObject({ lastErrorCode: 'smtp-451', sentAt: null, waitMs: 30_000 });
    ward.advance(first.waitMs);
    const second = await ward.putOff(messageId, 2);
    expect(second.waitMs).toBe(60_000);
    ward.advance(second.waitMs);
    const sent = await ward.sent(messageId);
    expect(sent).toMatchObject({ attempts: 3, messageId: first.messageId });
    expect((await ward.received(caseId)).map((mail) => mail.messageId)).toEqual([first.messageId]);
  });

  it('is given up on after a day, and the failure stays on record', async () => {
    await ward.refuseNext(1_000);
    const { messageId } = await ward.shareCase();
    // Offered ten times at least, however much of the day was an outage of ours.
    for (let attempt = 1; attempt < 10; attempt += 1) {
      await ward.putOff(messageId, attempt);
      ward.advance(day);
    }
    const failed = await ward.recorded(messageId, (mail) => mail.failedAt !== null, 'a failed mail');
    expect(failed).toMatchObject({ sentAt: null, lastErrorCode: 'smtp-451' });
    await ward.refuseNext(0);
  });
});

describe('mails about several cases that come due together', () => {
  it('go out as one that names each, and without a case whose access has ended', async () => {
    await ward.refuseNext(1_000);
    const shared = [await ward.shareCase(), await ward.shareCase(), await ward.shareCase()];
    const [, , ended] = shared;
    for (const { messageId } of shared) await ward.putOff(messageId, 1);
    await ward.revoke(ended!);
    await ward.refuseNext(0);
    ward.advance(day);
    const rest = shared.filter((one) => one !== ended);
    for (const { messageId } of rest) await ward.sent(messageId);
    const received = await Promise.all(rest.map(({ caseId }) => ward.received(caseId)));
    expect(received.map((mails) => mails.length)).toEqual([1, 1]);
    expect(new Set(received.flat().map((mail) => mail.messageId)).size).toBe(1);
    expect(received[0]![0]!.subject).toBe('2 cases are waiting for you');
    await ward.recorded(ended!.messageId, (mail) => mail.withdrawnAt !== null, 'a withdrawn mail');
    expect(await ward.received(ended!.caseId)).toEqual([]);
  });
});

describe('a mail recorded before a revoke', () => {
  it('is withdrawn when its turn comes after it', async () => {
    await ward.refuseNext(1);
    const shared = await ward.shareCase();
    await ward.putOff(shared.messageId, 1);
    await ward.revoke(shared);
    ward.advance(day);
    const row = await ward.recorded(
      shared.messageId,
      (mail) => mail.withdrawnAt !== null,
      'a withdrawn mail',
    );
    expect(row.sentAt).toBeNull();
    expect(await ward.received(shared.caseId)).toEqual([]);
  });
});

describe('a mail server that is away', () => {
  it('loses nothing, is not hammered, and gets each mail once when it is back', async () => {
    await ward.mailbox.stop();
    let connections = 0;
    const broken = createServer((socket) => {
      connections += 1;
      socket.destroy();
    });
    await new Promise<void>((resolve) => broken.listen(ward.world.ports.smtp, '127.0.0.1', resolve));
    const shared = await Promise.all([1, 2, 3].map(() => ward.shareCase()));
    for (const { messageId } of shared) {
      await ward.recorded(messageId, (mail) => mail.lastErrorCode !== null, 'a mail that found no server');
    }
    await new Promise((resolve) => setTimeout(resolve, 2_000));
    // Rounds start 1, 2, 4, … s apart, with a connection for each mail in hand.
    expect(connections).toBeLessThanOrEqual(16);
    await new Promise((resolve) => broken.close(resolve));

    await ward.mailbox.start();
    for (const { messageId, caseId } of shared) {
      // What met no server used up none of the mail's chances.
      expect(await ward.sent(messageId)).toMatchObject({ attempts: 1, failedAt: null });
      expect(await ward.received(caseId)).toHaveLength(1);
    }
  });
});

describe('a replica that dies with a mail in hand', () => {
  it('leaves it to the next, after its lease', async () => {
    const { caseId } = await ward.openCase();
    const [id, source] = [uuidv7(), uuidv7()];
    const now = ward.world.clock.now();
    // As a dead replica leaves it: taken, and neither sent nor given back.
    await ward.sql(
      `insert into mail (id, message_id, source_message, member_id, case_id, template, created_at, attempts, next_attempt_at)
       values ($1::uuid, '<' || $1::text || '@definitivedx>', $2, $3, $4, 'case-shared', $5, 1, $6)`,
      [id, source, ward.onCall.memberId, caseId, now, new Date(now.getTime() + 15_000)],
    );
    await new Promise((resolve) => setTimeout(resolve, 1_500));
    expect(await ward.mails(source)).toEqual([expect.objectContaining({ sentAt: null })]);
    ward.advance(15_000);
    expect(await ward.sent(source)).toMatchObject({ attempts: 2 });
  });
});

describe('an event that a service gave up on', () => {
  it('is an alert to the operators, with what is needed to replay it', async () => {
    const deadLetterId = uuidv7();
    const messageId = await ward.world.publish(deadLetteredBy.cases, deadLetterId, {
      deadLetterId,
      service: 'cases',
      subject: 'evt.access.dead-lettered.v1',
      errorCode: 'internal',
      at: ward.world.clock.now().toISOString(),
    });
    await ward.sent(messageId);
    const [alert] = await ward.received(deadLetterId);
    expect(alert).toMatchObject({ to: [operations], subject: 'DefinitiveDx: an event needs attention' });
    expect(alert!.text).toMatch(/service cases[^]*evt\.access\.dead-lettered\.v1[^]*internal/);
  });
});

describe('an address with a line break in it', () => {
  it('adds no header and no recipient', async () => {
    const smtp = new Smtp(ward.mail);
    const subject = uuidv7();
    const to = 'one@demo.invalid\r\nBcc: two@demo.invalid';
    await smtp.handOver({
      messageId: `<${subject}@definitivedx>`,
      to,
      subject: `${subject}\r\nX-Added: yes`,
      text: subject,
    });
    smtp.close();
    for (const mail of await ward.received(subject)) {
      expect(mail.to).toHaveLength(1);
      expect(Object.keys(mail.headers)).not.toEqual(expect.arrayContaining(['bcc']));
      expect(Object.keys(mail.headers)).not.toEqual(expect.arrayContaining(['x-added']));
    }
  });
});
