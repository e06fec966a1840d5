import { randomUUID } from 'node:crypto';
import type { MemberCaller } from '@definitivedx/auth';
import type { RunningService } from '@definitivedx/bus';
import {
  caseAnswered,
  caseAsked,
  caseEnded,
  caseReopened,
  followUpAnswered,
  followUpDue,
  outcomeReport,
  surveyGiven,
  type DataOf,
  type EventContract,
  type InputOf,
  type ReplyOf,
} from '@definitivedx/contracts';
import type { Database } from '@definitivedx/db';
import { startWorld, until, type World } from '@definitivedx/testing';
import { appModule } from '../src/app.module.js';
import { databaseOptions } from '../src/data/database.js';

export type Asked = DataOf<typeof caseAsked>;
export type Answered = DataOf<typeof caseAnswered>;
export type Ended = DataOf<typeof caseEnded>;

/** One event as `cases` would publish it. */
export interface Told {
  readonly contract: EventContract;
  readonly data: { readonly caseId: string };
}

/** `metrics` on the real stack, and the events of `cases` for it to count. */
export class Programme {
  private published = 0;

  private constructor(
    readonly world: World,
    readonly db: Database,
    readonly service: RunningService,
  ) {}

  static async start(): Promise<Programme> {
    const world = await startWorld();
    try {
      const service = await world.service('metrics', appModule, databaseOptions);
      return new Programme(world, await world.database('metrics'), service);
    } catch (error) {
      // Jest has nothing to stop when this fails, and what runs would keep running.
      await world.stop();
      throw error;
    }
  }

  stop(): Promise<void> {
    return this.world.stop();
  }

  /** Someone who reads the outcomes of an organisation. */
  lead(organisationId: string): Promise<MemberCaller> {
    return this.world.member({ organisationId, roles: ['programme-lead'] });
  }

  /**
   * Publishes events and waits until all of them were handled. Repeats come under message ids of their own, so that
   * not even the inbox knows them for what they are.
   */
  async tell(events: readonly Told[], times = 1): Promise<void> {
    for (const { contract, data } of events) {
      for (let time = 1; time <= times; time += 1) await this.world.publish(contract, data.caseId, data);
    }
    this.published += events.length * times;
    await until(async () => {
      const [row] = await this.rows<{ handled: number }>(
        'select count(*)::int as handled from inbox where handled_at is not null',
      );
      return row?.handled === this.published;
    }, 'all events handled');
  }

  async report(
    organisationId: string,
    input: Partial<InputOf<typeof outcomeReport>> = {},
  ): Promise<ReplyOf<typeof outcomeReport>> {
    return this.world.request(outcomeReport, await this.lead(organisationId), {
      from: '2025-01',
      to: '2025-12',
      ...input,
    });
  }

  rows<Row>(text: string, values: readonly unknown[] = []): Promise<Row[]> {
    return this.db.run<Row>({ name: '', text }, values);
  }
}

export const asked = (data: Partial<Asked> = {}): Told & { data: Asked } => ({
  contract: caseAsked,
  data: {
    caseId: randomUUID(),
    practiceId: randomUUID(),
    panel: { panelId: randomUUID(), organisationId: randomUUID() },
    priority: 'routine',
    intendedAction: 'refer',
    answerBy: '2025-03-06T17:00:00Z',
    at: '2025-03-04T09:00:00Z',
    ...data,
  },
});

export const answered = (caseId: string, data: Partial<Answered> = {}): Told & { data: Answered } => ({
  contract: caseAnswered,
  data: {
    caseId,
    kind: 'advice',
    recommendation: 'ADVICE_ONLY_NO_REFERRAL_RECOMMENDED',
    elapsedMinutes: 120,
    workingMinutes: 60,
    withinTarget: true,
    at: '2025-03-04T11:00:00Z',
    ...data,
  },
});

export const ended = (caseId: string, data: Partial<Ended> = {}): Told & { data: Ended } => ({
  contract: caseEnded,
  data: {
    caseId,
    status: 'closed',
    survey: { outcome: 'confirmed-plan', referral: 'contemplated-avoided' },
    at: '2025-03-05T10:00:00Z',
    ...data,
  },
});

export const reopened = (caseId: string, at: string): Told & { data: DataOf<typeof caseReopened> } => ({
  contract: caseReopened,
  data: { caseId, at },
});

export const surveyed = (
  caseId: string,
  closedAt: string,
  survey: DataOf<typeof surveyGiven>['survey'],
): Told & { data: DataOf<typeof surveyGiven> } => ({
  contract: surveyGiven,
  data: { caseId, survey, closedAt, at: '2025-03-19T10:00:00Z' },
});

type Day = DataOf<typeof followUpDue>['day'];

export const followUpAsked = (caseId: string, day: Day): Told & { data: DataOf<typeof followUpDue> } => ({
  contract: followUpDue,
  data: { caseId, day, requesterId: randomUUID(), at: '2025-04-04T10:00:00Z' },
});

export const followUp = (
  caseId: string,
  day: Day,
  answers: Partial<DataOf<typeof followUpAnswered>>,
): Told & { data: DataOf<typeof followUpAnswered> } => ({
  contract: followUpAnswered,
  data: {
    caseId,
    day,
    adviceFollowed: 'yes',
    referredAnyway: false,
    unplannedAttendance: false,
    outcome: 'improved',
    at: '2025-04-05T10:00:00Z',
    ...answers,
  },
});

/** The error a promise ends with, as it would cross the bus; fails when there is none. */
export async function refusal(
  of: Promise<unknown>,
): Promise<{ code: string; message: string; issues: { path: string; message: string }[] }> {
  try {
    await of;
  } catch (error) {
    const { code, message, issues } = error as Awaited<ReturnType<typeof refusal>>;
    return { code, message, issues };
  }
  throw new Error('this was not refused');
}
