import { setTimeout as sleep } from 'node:timers/promises';
import { codeOf, describe, isTemporary, whyUnreachable } from '@definitivedx/demo';
import type { Clinic } from './people.js';
import { saysWhen } from './writes.js';

/** Reads the specialist's list and the case on top of it, again and again, until stopped. */
export class Reads {
  /** Reads that succeeded. */
  done = 0;
  readonly surprises: string[] = [];
  /** Reads that were answered by "not now" or by nobody, by what was said. */
  readonly setbacks = new Map<string, number>();
  /** The longest an attempt took to be answered or given up, in milliseconds. */
  slowestMs = 0;
  private stopping = false;

  constructor(
    private readonly clinic: Clinic,
    private readonly paceMs: number,
  ) {}

  async run(): Promise<void> {
    let path = '/api/v1/cases?limit=5';
    while (!this.stopping) {
      const body = await this.read(path);
      const top = (body as { cases?: { caseId: string }[] } | undefined)?.cases?.[0];
      path = top ? `/api/v1/cases/${top.caseId}` : '/api/v1/cases?limit=5';
      await sleep(this.paceMs);
    }
  }

  stop(): void {
    this.stopping = true;
  }

  private async read(path: string): Promise<unknown> {
    const startedAt = performance.now();
    try {
      const answer = await this.clinic.specialist.session.attempt('GET', path);
      if (answer.status === 200) {
        this.done += 1;
        return answer.body;
      }
      if (isTemporary(answer) && saysWhen(answer)) this.setBack(codeOf(answer) ?? String(answer.status));
      else this.surprises.push(`GET ${path}: ${describe(answer)}`);
    } catch (error) {
      this.setBack(whyUnreachable(error));
    } finally {
      this.slowestMs = Math.max(this.slowestMs, performance.now() - startedAt);
    }
    return undefined;
  }

  private setBack(why: string): void {
    this.setbacks.set(why, (this.setbacks.get(why) ?? 0) + 1);
  }
}
