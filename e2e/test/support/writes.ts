import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { codeOf, describe, isTemporary, whyUnreachable, type Answer, type Call } from '@definitivedx/demo';
import { newCase, type Clinic } from './people.js';

/** One create or post, under one Idempotency-Key until it is acknowledged. */
export interface Write {
  readonly kind: 'create' | 'information' | 'advice';
  /** The text by which it is found again; no other write has it. */
  readonly text: string;
  readonly key: string;
  /** The case posted to. */
  readonly to: Acknowledged | undefined;
  attempts: number;
}

export interface Acknowledged {
  readonly write: Write;
  readonly caseId: string;
  /** Of a post. */
  readonly postId: string | undefined;
}

export interface WritesOptions {
  readonly total: number;
  /** Writes in flight at once. */
  readonly lanes: number;
  readonly random: () => number;
  /** Share of writes that create a case, 0 to 1. */
  readonly creates?: number;
  /** Waited between the writes of a lane, in milliseconds. */
  readonly paceMs?: number;
}

/** Answers that are neither an acknowledgement nor "try again". */
export interface Surprise {
  readonly write: Write;
  readonly answer: string;
}

/** How long a write that got no answer, or 503, rests before it is repeated, in milliseconds. */
const restMs = 250;
/** After so many milliseconds without an answer a lane begins another write, while fewer than `mostPending` are open. */
const soonMs = 500;
const mostPending = 64;
/** While so many rest, no new ones are begun: an outage should find writes in every state, not only waiting ones. */
const mostResting = 24;

/** Creates and posts through the gateway, each repeated with its key until it is acknowledged. */
export class Writes {
  readonly acknowledged: Acknowledged[] = [];
  readonly surprises: Surprise[] = [];
  /** Attempts that were answered by "not now" or by nobody, by what was said. */
  readonly setbacks = new Map<string, number>();
  /** The longest an attempt took to be answered or given up, in milliseconds. */
  slowestMs = 0;
  private readonly cases: Acknowledged[] = [];
  private readonly resting: { readonly write: Write; readonly until: number }[] = [];
  private readonly pending = new Set<Promise<void>>();
  private begun = 0;
  private stopping = false;

  constructor(
    private readonly clinic: Clinic,
    private readonly options: WritesOptions,
  ) {}

  /** Runs until all are acknowledged, or until stopped and those begun are. */
  async run(): Promise<void> {
    await Promise.all(Array.from({ length: this.options.lanes }, () => this.lane()));
  }

  /** Begins no more writes. */
  stop(): void {
    this.stopping = true;
  }

  private async lane(): Promise<void> {
    for (;;) {
      const write = this.next();
      if (write === 'none') return;
      if (write === 'wait') await sleep(20);
      else {
        await this.started(write);
        if (this.options.paceMs) await sleep(this.options.paceMs);
      }
    }
  }

  /** Waits for an attempt, but not for one that is not answered soon: its lane goes on with another write. */
  private async started(write: Write): Promise<void> {
    const attempt = this.attempt(write).finally(() => this.pending.delete(attempt));
    this.pending.add(attempt);
    await Promise.race([attempt, sleep(this.pending.size < mostPending ? soonMs : 60_000)]);
  }

  private next(): Write | 'wait' | 'none' {
    const due = this.resting.findIndex(({ until }) => until <= Date.now());
    const rested = due < 0 ? undefined : this.resting.splice(due, 1)[0];
    if (rested) return rested.write;
    if (!this.stopping && this.begun < this.options.total) {
      return this.resting.length < mostResting ? (this.begin() ?? 'wait') : 'wait';
    }
    return this.resting.length + this.pending.size > 0 ? 'wait' : 'none';
  }

  private begin(): Write | undefined {
    const { random, creates = 0.3 } = this.options;
    const [dice, choice] = [random(), random()];
    const isCreate = this.begun === 0 || dice < creates;
    const to = isCreate ? undefined : this.cases[Math.floor(choice * this.cases.length)];
    if (!isCreate && !to) return undefined;
    this.begun += 1;
    const kind = isCreate ? 'create' : dice < creates + (1 - creates) / 2 ? 'information' : 'advice';
    return {
      kind,
      text: `${kind} ${String(this.begun)} ${randomUUID()}`,
      key: randomUUID(),
      to,
      attempts: 0,
    };
  }

  private async attempt(write: Write): Promise<void> {
    write.attempts += 1;
    const startedAt = performance.now();
    try {
      const answer = await this.send(write);
      if (answer.status === 201) this.acknowledge(write, answer);
      else if (isTemporary(answer))
        this.putOff(write, codeOf(answer) ?? String(answer.status), restOf(answer));
      else {
        this.surprises.push({ write, answer: describe(answer) });
        this.putOff(write, describe(answer), restMs);
      }
    } catch (error) {
      this.putOff(write, whyUnreachable(error), restMs);
    } finally {
      this.slowestMs = Math.max(this.slowestMs, performance.now() - startedAt);
    }
  }

  private send({ kind, text, key, to }: Write): Promise<Answer> {
    const { gp, specialist, panelId } = this.clinic;
    const call = (body: unknown): Call => ({ body, idempotencyKey: key });
    if (!to) return gp.session.attempt('POST', '/api/v1/cases', call(newCase(panelId, text)));
    const path = `/api/v1/cases/${to.caseId}/posts`;
    if (kind === 'information') return gp.session.attempt('POST', path, call({ kind, body: text }));
    const adviser = { grade: 'consultant', professionalNumber: '7012345' };
    const advice = { kind, body: text, recommendation: 'ADVICE_ONLY_NO_REFERRAL_RECOMMENDED', adviser };
    return specialist.session.attempt('POST', path, call(advice));
  }

  private acknowledge(write: Write, { body }: Answer): void {
    const reply = body as { caseId?: string; postId?: string };
    const caseId = write.to?.caseId ?? reply.caseId;
    if (caseId === undefined) throw new Error('an acknowledgement without a case id');
    const acknowledged = { write, caseId, postId: reply.postId };
    this.acknowledged.push(acknowledged);
    if (write.kind === 'create') this.cases.push(acknowledged);
  }

  private putOff(write: Write, why: string, ms: number): void {
    this.setbacks.set(why, (this.setbacks.get(why) ?? 0) + 1);
    this.resting.push({ write, until: Date.now() + ms });
  }
}

/** Whether a "not now" is a problem document that says when to ask again, as each has to. */
export const saysWhen = (answer: Answer): boolean =>
  codeOf(answer) !== undefined && Number(answer.headers.get('retry-after')) > 0;

/** A key that is held by a request that died is free again after its lease: the answer says how long that is. */
function restOf(answer: Answer): number {
  const seconds = Number(answer.headers.get('retry-after'));
  return codeOf(answer) === 'command-in-flight' && seconds > 0 ? seconds * 1000 : restMs;
}
