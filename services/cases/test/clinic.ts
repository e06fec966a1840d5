import { createHash, randomUUID } from 'node:crypto';
import type { MemberCaller } from '@definitivedx/auth';
import {
  addPost,
  anonymisationDuty,
  caseTimeline,
  createCase,
  endPlace,
  exportMember,
  getCase,
  registerMember,
  registerOrganisation,
  registerPanel,
  setRota,
  type AudienceEntry,
  type DataOf,
  type EventContract,
  type ExportPage,
  type InputOf,
  type PanelTerms,
  type PostKind,
  type ReplyOf,
  type Role,
} from '@definitivedx/contracts';
import { statement, type Database } from '@definitivedx/db';
import { startWorld, type World } from '@definitivedx/testing';
import { appModule } from '../src/app.module.js';
import type { CasesConfig } from '../src/config.js';
import { databaseOptions } from '../src/data/database.js';

const { version, hash } = anonymisationDuty;

/** Someone in the test, signed in anew at each use, since what the gateway vouches for soon expires. */
export interface Person {
  readonly memberId: string;
  readonly caller: () => Promise<MemberCaller>;
}

export interface Panel {
  readonly panelId: string;
  readonly name: string;
  readonly onCall: Person;
  readonly lead: Person;
}

/** Who advises in tests, unless they are about that. */
export const adviser = { grade: 'consultant', professionalNumber: '7012345' } as const;

const startCases = (world: World, config: { port?: number } = {}): Promise<unknown> =>
  world.service<CasesConfig>('cases', appModule, databaseOptions, {
    config: { draftsKeyringFile: world.secrets.draftsKeyringFile, ...config },
  });

export type NewCase = InputOf<typeof createCase>;

/** A practice and a hospital on the real stack: `cases` in this process, `access` and `notify` as built programs. */
export class Clinic {
  private count = 0;

  private constructor(
    readonly world: World,
    private readonly practiceId: string,
    private readonly trustId: string,
    readonly db: Database,
  ) {}

  static async open(): Promise<Clinic> {
    const world = await startWorld();
    try {
      return await Clinic.openIn(world);
    } catch (error) {
      // Jest has nothing to stop when this fails, and what runs would keep running.
      await world.stop();
      throw error;
    }
  }

  private static async openIn(world: World): Promise<Clinic> {
    await Promise.all([world.startProgram('access'), world.startProgram('notify')]);
    await startCases(world);
    const operator = await world.as('operator');
    const [practice, trust] = await Promise.all([
      world.request(registerOrganisation, operator, {
        odsCode: 'A81001',
        name: 'North Practice',
        kind: 'practice',
      }),
      world.request(registerOrganisation, operator, { odsCode: 'RXX', name: 'The Trust', kind: 'trust' }),
    ]);
    return new Clinic(world, practice.organisationId, trust.organisationId, await world.database('cases'));
  }

  /** Starts a second replica of `cases`: requests come to either. */
  async replica(): Promise<void> {
    await startCases(this.world, { port: 0 });
  }

  gp(): Promise<Person> {
    return this.register('A81001', this.practiceId, ['clinician']);
  }

  specialist(): Promise<Person> {
    return this.register('RXX', this.trustId, ['clinician', 'specialist']);
  }

  /** Somebody who is no clinician. */
  administrator(): Promise<Person> {
    return this.register('A81001', this.practiceId, ['organisation-admin']);
  }

  /** Who brings and removes the specialists, and opens and closes their panels. */
  trustAdministrator(): Promise<Person> {
    return this.register('RXX', this.trustId, ['organisation-admin']);
  }

  /** A panel with one doctor on call all week; with `onCall: 'nobody'` its rota has only a gap. */
  async panel(
    options: {
      onCall?: Person | 'nobody';
      lead?: Person;
      members?: readonly Person[];
      terms?: PanelTerms;
    } = {},
  ): Promise<Panel> {
    const lead = options.lead ?? (await this.specialist());
    const onCall = options.onCall === 'nobody' ? lead : (options.onCall ?? (await this.specialist()));
    const operator = await this.world.as('operator');
    const memberIds = (options.members ?? [onCall, lead]).map(({ memberId }) => memberId);
    const name = `Panel ${String((this.count += 1))}`;
    const { panelId } = await this.world.request(registerPanel, operator, {
      odsCode: 'RXX',
      name,
      specialty: 'Paediatrics',
      phone: '020 7946 0000',
      leadMemberId: lead.memberId,
      memberIds,
      ...(options.terms && { terms: options.terms }),
    });
    await this.putOnCall(panelId, options.onCall === 'nobody' ? undefined : onCall);
    return { panelId, name, onCall, lead };
  }

  /** Puts someone on call for a panel all week, or nobody. */
  async putOnCall(panelId: string, onCall: Person | undefined): Promise<void> {
    const shifts = [1, 2, 3, 4, 5, 6, 7].map((weekday) => ({
      weekday,
      start: '00:00',
      end: '24:00',
      memberId: onCall?.memberId ?? '',
    }));
    await this.world.request(setRota, await this.world.as('operator'), {
      panelId,
      timeZone: 'Europe/London',
      shifts: onCall === undefined ? [] : shifts,
    });
  }

  /** A whole case, as the page would send it. */
  caseFor(audience: AudienceEntry[], rest: Partial<NewCase> = {}): NewCase {
    return {
      commandId: randomUUID(),
      attestation: { version, hash },
      question: 'Is this rash worrying?',
      history: 'Day 3 of fever, well hydrated.',
      ageBand: '2-5 years',
      sex: 'not-relevant',
      intendedAction: 'unsure',
      priority: 'routine',
      results: [],
      referralAllowed: false,
      consent: { sharing: 'parent-or-carer', photographs: 'not-given' },
      redFlags: {},
      audience,
      inviteOnly: false,
      ...rest,
    };
  }

  async share(by: Person, input: NewCase): Promise<ReplyOf<typeof createCase>> {
    return this.world.request(createCase, await by.caller(), input);
  }

  /** Adds to the discussion of a case. */
  async post(
    by: Person,
    caseId: string,
    kind: PostKind,
    rest: Partial<InputOf<typeof addPost>> = {},
  ): Promise<ReplyOf<typeof addPost>> {
    const advice = kind === 'advice' ? ({ recommendation: 'OTHER', adviser } as const) : {};
    const input = { commandId: randomUUID(), caseId, kind, body: 'Some words.', ...advice, ...rest };
    return this.world.request(addPost, await by.caller(), input);
  }

  async read(by: Person, caseId: string): Promise<ReplyOf<typeof getCase>> {
    return this.world.request(getCase, await by.caller(), { caseId });
  }

  /** Ends somebody's place in the trust, or in the practice, at once. @returns when it was answered */
  async leave(admin: Person, who: Person): Promise<number> {
    const input = { memberId: who.memberId, emergency: true };
    await this.world.request(endPlace, await admin.caller(), input);
    return performance.now();
  }

  /** The kinds of what happened to a case, in order, with who did it. */
  async timeline(by: Person, caseId: string): Promise<ReplyOf<typeof caseTimeline>['entries']> {
    const { entries } = await this.world.request(caseTimeline, await by.caller(), { caseId, limit: 100 });
    return entries;
  }

  /** What a member's own export has of a case in one section. */
  async exported(by: Person, section: string, caseId: string): Promise<Record<string, unknown>[]> {
    const rows: Record<string, unknown>[] = [];
    let after: string | null = null;
    do {
      const input: { after?: string } = after === null ? {} : { after };
      const page: ExportPage = await this.world.request(exportMember('cases'), await by.caller(), input);
      for (const { name, rows: some } of page.sections) if (name === section) rows.push(...some);
      after = page.next;
    } while (after !== null);
    return rows.filter((row) => row['caseId'] === caseId);
  }

  /** Kinds of the timers that a case waits for. */
  async timers(caseId: string): Promise<string[]> {
    const text = 'select kind from timer where case_id = $1 order by kind';
    return (await this.rows<{ kind: string }>(text, [caseId])).map(({ kind }) => kind);
  }

  /** What a case has left in the outbox of one kind of event, in order. */
  async events<C extends EventContract>(contract: C, caseId: string): Promise<DataOf<C>[]> {
    const text = 'select payload from outbox where subject = $1 and aggregate_id = $2 order by id';
    const left = await this.rows<{ payload: DataOf<C> }>(text, [contract.subject, caseId]);
    return left.map(({ payload }) => payload);
  }

  /**
   * Cases whose responsibility has a gap (but while they were closed), an overlap, an end before its time, or none for an
   * open case.
   */
  wronglyAnswered(): Promise<unknown[]> {
    return this.rows(`
      select c.id from cases c where (c.status in ('awaiting-advice', 'awaiting-information', 'advice-given'))::int
        <> (select count(*) from responsibility r where r.case_id = c.id and r.until_at is null)
      union all
      select case_id from (
        select case_id, from_at, lag(until_at, 1, from_at) over (partition by case_id order by id) as before
        from responsibility
      ) history
      where before is distinct from from_at and not exists (
        select from ending e
        where e.case_id = history.case_id and e.reopened_at = history.from_at and e.ended_at <= history.before
      )`);
  }

  /** Rows of the cases database, to look at what a command did. */
  rows<Row>(text: string, values: readonly unknown[] = []): Promise<Row[]> {
    const name = `test-${createHash('sha256').update(text).digest('hex').slice(0, 16)}`;
    return this.db.run(statement<Row>(name, text), values);
  }

  private async register(odsCode: string, organisationId: string, roles: Role[]): Promise<Person> {
    this.count += 1;
    const { memberId } = await this.world.request(registerMember, await this.world.as('operator'), {
      issuer: 'https://identity.invalid',
      subject: `person-${String(this.count)}`,
      name: `Demo person ${String(this.count)}`,
      email: `person-${String(this.count)}@demo.invalid`,
      memberships: [{ odsCode, roles }],
    });
    return { memberId, caller: () => this.world.member({ memberId, organisationId, roles }) };
  }
}

export const toPanel = ({ panelId }: Panel): AudienceEntry => ({ kind: 'panel', panelId });
export const toMember = ({ memberId }: Person): AudienceEntry => ({ kind: 'member', memberId });

/** The error a promise ends with, as it would cross the bus; fails when there is none. */
export async function refusal(
  of: Promise<unknown>,
): Promise<{ code: string; message: string; issues?: unknown }> {
  try {
    await of;
  } catch (error) {
    const { code, message, issues } = error as { code: string; message: string; issues?: unknown };
    return { code, message, ...(issues === undefined ? {} : { issues }) };
  }
  throw new Error('this was not refused');
}
