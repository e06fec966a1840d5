import { randomUUID } from 'node:crypto';
import type { MemberCaller } from '@definitivedx/auth';
import { ServiceContext } from '@definitivedx/bus';
import {
  acceptHandOver,
  addPost,
  anonymisationDuty,
  createCase,
  myHandOvers,
  registerMember,
  registerOrganisation,
  registerPanel,
  setOverride,
  setRota,
  streamEntries,
  takeOverShift,
  type InputOf,
  type PostKind,
  type ReplyOf,
  type Role,
} from '@definitivedx/contracts';
import { startWorld, until, type World } from '@definitivedx/testing';
import { appModule } from '../src/app.module.js';
import type { TimerWork } from '../src/commands/hand-over-lists.js';
import { databaseOptions } from '../src/data/database.js';
import { MailSender } from '../src/delivery/mail-sender.js';
import { NotifyTimers } from '../src/work/timers.js';

type ManagedProcess = Awaited<ReturnType<World['startProgram']>>;

export const minute = 60_000;
export const hour = 60 * minute;

/** Someone in the test, signed in anew at each use, since what the gateway vouches for soon expires. */
export interface Doctor {
  readonly memberId: string;
  readonly email: string;
  readonly caller: () => Promise<MemberCaller>;
}

export interface Panel {
  readonly panelId: string;
  readonly day: Doctor;
  readonly night: Doctor;
  readonly lead: Doctor;
}

type Shifts = InputOf<typeof setRota>['shifts'];
export type HandOver = ReplyOf<typeof myHandOvers>['handOvers'][number];

const week = [1, 2, 3, 4, 5, 6, 7];
/** A shift on every day of the week. */
export const daily = (start: string, end: string, { memberId }: Doctor): Shifts =>
  week.map((weekday) => ({ weekday, start, end, memberId }));

/**
 * Shifts that change, on the real stack: two replicas of `notify` in this process on a clock that is moved, beside the
 * built `access` and `cases` and a mailbox. The clock stays in the past, so that what the programs date comes after.
 */
export class House {
  private constructor(
    readonly world: World,
    readonly cases: ManagedProcess,
    private readonly mailboxUrl: string,
    private readonly trustId: string,
    readonly gp: Doctor,
    private readonly replicas: readonly NotifyTimers[],
    /** What the effects of the timers work with, in the first replica. */
    readonly work: TimerWork | undefined,
  ) {}

  static async open(replicas = 2): Promise<House> {
    const world = await startWorld();
    try {
      return await House.openIn(world, replicas);
    } catch (error) {
      // Jest has nothing to stop when this fails, and what runs would keep running.
      await world.stop();
      throw error;
    }
  }

  private static async openIn(world: World, replicas: number): Promise<House> {
    world.clock.set('2026-06-01T11:00:00Z');
    const [mailbox, , cases] = await Promise.all([
      world.mailbox(),
      world.startProgram('access'),
      world.startProgram('cases'),
    ]);
    const mail = {
      smtpUrl: mailbox.smtpUrl,
      from: 'no-reply@demo.invalid',
      publicUrl: world.publicUrl,
      operations: 'operations@demo.invalid',
    };
    const timekeepers: NotifyTimers[] = [];
    let work: TimerWork | undefined;
    for (let n = 0; n < replicas; n += 1) {
      const config = { mail, handOverAcceptMinutes: 30, port: 0 };
      const { app } = await world.service('notify', appModule, databaseOptions, { config });
      timekeepers.push(app.get(NotifyTimers));
      const [service, sender] = [app.get(ServiceContext), app.get(MailSender)];
      work ??= { service, sender, acceptWithinMs: 30 * minute };
    }
    const operator = await world.as('operator');
    const practice = await world.request(registerOrganisation, operator, {
      odsCode: 'P81001',
      kind: 'practice',
      name: 'Demo practice',
    });
    const trust = await world.request(registerOrganisation, operator, {
      odsCode: 'RYJ01',
      kind: 'trust',
      name: 'Demo trust',
    });
    const gp = await register(world, 'P81001', practice.organisationId, ['clinician']);
    return new House(world, cases, mailbox.url, trust.organisationId, gp, timekeepers, work);
  }

  specialist(): Promise<Doctor> {
    return register(this.world, 'RYJ01', this.trustId, ['specialist']);
  }

  /** A panel of three whose day doctor (08:00-20:00) and night doctor change over twice a day, unless told otherwise. */
  async panel(
    rota: (panel: Omit<Panel, 'panelId'>) => Shifts = ({ day, night }) => [
      ...daily('08:00', '20:00', day),
      ...daily('20:00', '08:00', night),
    ],
  ): Promise<Panel> {
    const [day, night, lead] = await Promise.all([this.specialist(), this.specialist(), this.specialist()]);
    const { panelId } = await this.world.request(registerPanel, await this.world.as('operator'), {
      odsCode: 'RYJ01',
      name: `Panel ${randomUUID()}`,
      specialty: 'Paediatrics',
      phone: '020 7946 0000',
      leadMemberId: lead.memberId,
      memberIds: [day.memberId, night.memberId, lead.memberId],
    });
    const panel = { panelId, day, night, lead };
    await this.rota(panelId, rota(panel));
    return panel;
  }

  async rota(panelId: string, shifts: Shifts): Promise<void> {
    const operator = await this.world.as('operator');
    await this.world.request(setRota, operator, { panelId, timeZone: 'Europe/London', shifts });
    await this.settled(panelId);
  }

  /** Puts a doctor on call from now for some time. */
  async override(panelId: string, { memberId }: Doctor, ms: number, { settle = true } = {}): Promise<void> {
    const now = this.world.clock.now();
    await this.world.request(setOverride, await this.world.as('operator'), {
      overrideId: randomUUID(),
      panelId,
      memberId,
      from: now.toISOString(),
      until: new Date(now.getTime() + ms).toISOString(),
    });
    if (settle) await this.settled(panelId);
  }

  async takeOver(
    { panelId }: Panel,
    by: Doctor,
    commandId: string = randomUUID(),
  ): Promise<ReplyOf<typeof takeOverShift>> {
    return this.world.request(takeOverShift, await by.caller(), { commandId, panelId });
  }

  /** Shares a case with the panel; whoever is on call then answers for it. */
  async share({ panelId }: Panel): Promise<string> {
    const { version, hash } = anonymisationDuty;
    const { caseId } = await this.world.request(createCase, await this.gp.caller(), {
      commandId: randomUUID(),
      attestation: { version, hash },
      question: 'Is this rash worrying?',
      history: 'Day 3 of fever, well hydrated.',
      ageBand: '2-5 years',
      sex: 'not-relevant',
      intendedAction: 'unsure',
      priority: 'routine',
      consent: { sharing: 'parent-or-carer' },
      audience: [{ kind: 'panel', panelId }],
    });
    return caseId;
  }

  async accept(by: Doctor, caseId: string): Promise<void> {
    await this.world.request(acceptHandOver, await by.caller(), { commandId: randomUUID(), caseId });
  }

  async post(by: Doctor, caseId: string, kind: PostKind): Promise<void> {
    const post = { commandId: randomUUID(), caseId, kind, body: 'Seen.' };
    await this.world.request(addPost, await by.caller(), post);
  }

  /** Moves the time, and has every replica look at once. */
  async advance(ms: number, panelId?: string): Promise<void> {
    this.world.clock.advance(ms);
    for (const replica of this.replicas) replica.wake();
    await this.settled(panelId);
  }

  /** Moves the time to a moment that is not before now. */
  async to(moment: string, panelId?: string): Promise<void> {
    await this.advance(new Date(moment).getTime() - this.world.clock.now().getTime(), panelId);
  }

  /** Waits until no timer is due, of one panel or of any. */
  async settled(panelId?: string): Promise<void> {
    await until(async () => {
      const due = await this.sql(
        'select 1 from timer where due_at <= $1 and ($2::uuid is null or panel_id = $2)',
        [this.world.clock.now(), panelId ?? null],
      );
      return due.length === 0;
    }, 'no timer due');
  }

  async handOvers(of: Doctor): Promise<readonly HandOver[]> {
    return (await this.world.request(myHandOvers, await of.caller(), {})).handOvers;
  }

  /** Waits until what a doctor sees of a panel's hand-overs has a property. */
  until(of: Doctor, is: (handOvers: readonly HandOver[]) => boolean, what: string): Promise<unknown> {
    return until(async () => is(await this.handOvers(of)), what);
  }

  /** What a doctor was told of hand-overs, as [kind, case], oldest first. */
  async told(of: Doctor): Promise<[string, string][]> {
    const { entries } = await this.world.request(streamEntries, await of.caller(), { after: 0, limit: 500 });
    expectGapFree(entries.map((entry) => entry.sequence));
    return entries
      .filter((entry) => entry.kind.startsWith('hand-over'))
      .map((entry) => [entry.kind, entry.caseId]);
  }

  /** Subjects and first lines of the mails about hand-overs that a doctor got, oldest first, once none is to be sent. */
  async mails(to: Doctor): Promise<string[]> {
    const open = `select 1 from mail where member_id = $1 and sent_at is null and withdrawn_at is null and failed_at is null`;
    await until(async () => (await this.sql(open, [to.memberId])).length === 0, 'no mail to be sent');
    const response = await fetch(`${this.mailboxUrl}/messages`);
    const messages = (await response.json()) as { to: string[]; text: string }[];
    return messages
      .filter((mail) => mail.to.includes(to.email) && mail.text.includes('/hand-overs'))
      .map((mail) => mail.text.split('\n')[0] ?? '')
      .reverse();
  }

  /** All hand-overs ever made of a panel, oldest first. */
  made({ panelId }: Panel): Promise<{ from: string; to: string; closed: boolean }[]> {
    return this.sql(
      `select outgoing_id as "from", incoming_id as "to", closed_at is not null as closed
       from hand_over where panel_id = $1 order by id`,
      [panelId],
    );
  }

  async sql<Row>(text: string, values: readonly unknown[] = []): Promise<Row[]> {
    return (await this.world.database('notify')).run<Row>({ name: '', text }, values);
  }
}

function expectGapFree(sequence: readonly number[]): void {
  if (sequence.some((value, index) => value !== index + 1)) throw new Error(`a gap: ${sequence.join(' ')}`);
}

async function register(
  world: World,
  odsCode: string,
  organisationId: string,
  roles: Role[],
): Promise<Doctor> {
  const subject = randomUUID();
  const email = `${subject}@demo.invalid`;
  const { memberId } = await world.request(registerMember, await world.as('operator'), {
    issuer: 'https://sign-in.invalid',
    subject,
    name: 'Demo doctor',
    email,
    memberships: [{ odsCode, roles }],
  });
  return { memberId, email, caller: () => world.member({ memberId, organisationId, roles }) };
}
