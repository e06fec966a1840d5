import { v7 as uuidv7 } from 'uuid';
import type { MemberCaller } from '@definitivedx/auth';
import {
  caseShared,
  casePosted,
  registerMember,
  registerOrganisation,
  registerPanel,
  revokeGrant,
  setRota,
  shareCase,
  shareRevoked,
  streamEntries,
  type DataOf,
  type PostKind,
  type ReplyOf,
  type Role,
} from '@definitivedx/contracts';
import { startWorld, until, type World } from '@definitivedx/testing';
import { appModule } from '../src/app.module.js';
import type { MailConfig, NotifyConfig } from '../src/config.js';
import { databaseOptions } from '../src/data/database.js';
import { MailSender } from '../src/delivery/mail-sender.js';

type ManagedProcess = Awaited<ReturnType<World['startProgram']>>;

export const operations = 'operations@demo.invalid';

export interface Person {
  readonly caller: MemberCaller;
  readonly memberId: string;
  readonly email: string;
}

export interface MailState {
  readonly messageId: string;
  readonly memberId: string | null;
  readonly template: string;
  readonly attempts: number;
  readonly nextAttemptAt: Date;
  readonly sentAt: Date | null;
  readonly failedAt: Date | null;
  readonly withdrawnAt: Date | null;
  readonly lastErrorCode: string | null;
}

export interface Received {
  readonly messageId: string;
  readonly to: readonly string[];
  readonly subject: string;
  readonly text: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** A case shared with one person by name, or with the panel. */
export interface SharedCase {
  readonly caseId: string;
  readonly grant: DataOf<typeof shareRevoked>['grant'];
  readonly event: DataOf<typeof caseShared>;
}

/** `notify` on the real stack beside the built `access` and a mailbox, with a practice, a trust and a panel on call. */
export class Ward {
  private constructor(
    readonly world: World,
    readonly access: ManagedProcess,
    readonly mailbox: ManagedProcess,
    private readonly mailboxUrl: string,
    readonly mail: MailConfig,
    private readonly sender: MailSender | undefined,
    readonly gp: Person,
    readonly onCall: Person,
    readonly colleague: Person,
    readonly panelId: string,
  ) {}

  /** @param as the built program shows traces; in process, the world's clock can be moved. */
  static async open(
    as: 'in-process' | 'program' = 'in-process',
    options: Pick<NotifyConfig, 'egress' | 'webhookTimeoutMs'> = {},
  ): Promise<Ward> {
    const world = await startWorld();
    const [mailbox, access] = await Promise.all([world.mailbox(), world.startProgram('access')]);
    const mail = {
      smtpUrl: mailbox.smtpUrl,
      from: 'DefinitiveDx <no-reply@demo.invalid>',
      publicUrl: 'http://localhost:8080',
      operations,
    };
    let sender: MailSender | undefined;
    if (as === 'program') await world.startProgram('notify');
    else
      sender = (
        await world.service('notify', appModule, databaseOptions, {
          config: { mail, handOverAcceptMinutes: 30, ...options },
        })
      ).app.get(MailSender);
    const practice = await organisation(world, 'practice');
    const trust = await organisation(world, 'trust');
    const gp = await person(world, practice, ['clinician']);
    const onCall = await person(world, trust, ['specialist']);
    const colleague = await person(world, trust, ['specialist']);
    const operator = await world.as('operator');
    const { panelId } = await world.request(registerPanel, operator, {
      odsCode: trust.odsCode,
      name: 'General paediatrics',
      specialty: 'Paediatrics',
      phone: '020 7946 0000',
      leadMemberId: colleague.memberId,
      memberIds: [onCall.memberId, colleague.memberId],
    });
    const week = [1, 2, 3, 4, 5, 6, 7];
    const shifts = week.map((weekday) => ({
      weekday,
      start: '08:00',
      end: '08:00',
      memberId: onCall.memberId,
    }));
    await world.request(setRota, operator, { panelId, timeZone: 'Europe/London', shifts });
    return new Ward(
      world,
      access,
      mailbox.process,
      mailbox.url,
      mail,
      sender,
      gp,
      onCall,
      colleague,
      panelId,
    );
  }

  stop(): Promise<void> {
    return this.world.stop();
  }

  /** Moves the time, and has the sender look at once instead of at its next second. */
  advance(ms: number): void {
    this.world.clock.advance(ms);
    this.sender?.wake();
  }

  /** Opens a new case to the panel, or to one person, as the GP. Nobody is told yet: that is the event's doing. */
  async openCase(to: 'panel' | Person = 'panel'): Promise<SharedCase> {
    const caseId = uuidv7();
    const grantId = uuidv7();
    const entry =
      to === 'panel'
        ? { kind: 'panel' as const, panelId: this.panelId }
        : { kind: 'member' as const, memberId: to.memberId };
    await this.world.request(shareCase, this.gp.caller, { caseId, entries: [{ grantId, entry }] });
    const grant =
      to === 'panel'
        ? { grantId, kind: 'panel' as const, principalId: this.panelId }
        : { grantId, kind: 'member' as const, principalId: to.memberId };
    const event = {
      caseId,
      requesterId: this.gp.memberId,
      organisationId: this.gp.caller.organisationId,
      created: true,
      priority: 'routine' as const,
      responsibleId: to === 'panel' ? this.onCall.memberId : to.memberId,
      grants: [grant],
      at: this.world.clock.now().toISOString(),
    };
    return { caseId, grant, event };
  }

  /** Opens a new case and says so. @returns it with the id of the event. */
  async shareCase(to: 'panel' | Person = 'panel'): Promise<SharedCase & { messageId: string }> {
    const shared = await this.openCase(to);
    return { ...shared, messageId: await this.world.publish(caseShared, shared.caseId, shared.event) };
  }

  /** Ends a case's grant in access, says so unless told not to, and waits until it was heard. */
  async revoke(
    { caseId, grant }: SharedCase,
    { publish = true, handedTo }: { publish?: boolean; handedTo?: Person } = {},
  ): Promise<string | undefined> {
    await this.world.request(revokeGrant, this.gp.caller, { caseId, grantId: grant.grantId });
    if (!publish) return undefined;
    const messageId = await this.world.publish(shareRevoked, caseId, {
      caseId,
      grant,
      responsibleId: handedTo?.memberId ?? null,
      handedTo: handedTo?.memberId ?? null,
      status: handedTo ? 'awaiting-advice' : 'cancelled',
      at: this.world.clock.now().toISOString(),
    });
    await this.handled(messageId);
    return messageId;
  }

  /** Waits until an event has had its effect. */
  async handled(messageId: string): Promise<void> {
    const look = 'select 1 from inbox where message_id = $1 and handled_at is not null';
    await until(async () => (await this.sql(look, [messageId])).length > 0, 'the event handled');
  }

  /** Says that somebody posted. */
  post({ caseId, event }: SharedCase, author: Person, kind: PostKind, aggregateId = caseId): Promise<string> {
    return this.world.publish(casePosted, aggregateId, {
      caseId,
      postId: uuidv7(),
      kind,
      recommendation: kind === 'advice' ? 'OTHER' : null,
      authorId: author.memberId,
      requesterId: this.gp.memberId,
      responsibleId: event.responsibleId,
      status: kind === 'advice' ? 'advice-given' : 'awaiting-advice',
      at: this.world.clock.now().toISOString(),
    });
  }

  /** A person's own stream, as the gateway fetches it. */
  stream(of: Person, after = 0): Promise<ReplyOf<typeof streamEntries>> {
    return this.world.request(streamEntries, of.caller, { after, limit: 500 });
  }

  /** What a person was told about one case, oldest first. */
  async told(of: Person, caseId: string): Promise<string[]> {
    const { entries } = await this.stream(of);
    return entries.filter((entry) => entry.caseId === caseId).map((entry) => entry.kind);
  }

  async sql<Row>(text: string, values: readonly unknown[] = []): Promise<Row[]> {
    return (await this.world.database('notify')).run<Row>({ name: '', text }, values);
  }

  /** The mails recorded for an event. */
  mails(sourceMessage: string): Promise<MailState[]> {
    return this.sql(
      `select message_id as "messageId", member_id as "memberId", template, attempts,
              next_attempt_at as "nextAttemptAt", sent_at as "sentAt",
              failed_at as "failedAt", withdrawn_at as "withdrawnAt", last_error_code as "lastErrorCode"
       from mail where source_message = $1 order by id`,
      [sourceMessage],
    );
  }

  /** Waits until the one mail of an event has a state. */
  recorded(sourceMessage: string, is: (mail: MailState) => boolean, what: string): Promise<MailState> {
    return until(async () => (await this.mails(sourceMessage)).find(is), what);
  }

  /** Waits until the server has put the mail off for the nth time. @returns it, and for how long in ms. */
  async putOff(sourceMessage: string, attempts: number): Promise<MailState & { waitMs: number }> {
    const wait = (mail: MailState): number => mail.nextAttemptAt.getTime() - this.world.clock.now().getTime();
    // While it is in hand, its next attempt is the lease's end, which is sooner than any retry.
    const isPutOff = (mail: MailState): boolean => mail.attempts === attempts && wait(mail) >= 30_000;
    const mail = await this.recorded(sourceMessage, isPutOff, `refusal number ${String(attempts)}`);
    return { ...mail, waitMs: wait(mail) };
  }

  sent = (sourceMessage: string): Promise<MailState> =>
    this.recorded(sourceMessage, (mail) => mail.sentAt !== null, 'a sent mail');

  /** What arrived in the mailbox, newest first. */
  async received(about: string): Promise<Received[]> {
    const response = await fetch(`${this.mailboxUrl}/messages`);
    const messages = (await response.json()) as Received[];
    return messages.filter((message) => message.text.includes(about));
  }

  /** Has the mail server refuse the next messages for now. */
  async refuseNext(next: number, code = 451): Promise<void> {
    const body = JSON.stringify({ next, code });
    const response = await fetch(`${this.mailboxUrl}/fail`, { method: 'POST', body });
    if (!response.ok) throw new Error(`the mailbox answered ${String(response.status)}`);
  }
}

interface Organisation {
  readonly odsCode: string;
  readonly organisationId: string;
}

async function organisation(world: World, kind: 'practice' | 'trust'): Promise<Organisation> {
  const odsCode = kind === 'practice' ? 'P81001' : 'RYJ01';
  const operator = await world.as('operator');
  const input = { odsCode, kind, name: `Demo ${kind}` };
  return { odsCode, ...(await world.request(registerOrganisation, operator, input)) };
}

async function person(
  world: World,
  { odsCode, organisationId }: Organisation,
  roles: Role[],
): Promise<Person> {
  const subject = uuidv7();
  const email = `${subject}@demo.invalid`;
  const { memberId } = await world.request(registerMember, await world.as('operator'), {
    issuer: 'https://sign-in.invalid',
    subject,
    name: 'Demo member',
    email,
    memberships: [{ odsCode, roles }],
  });
  return { memberId, email, caller: await world.member({ memberId, organisationId, roles }) };
}
