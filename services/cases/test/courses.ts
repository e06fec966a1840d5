import { randomUUID } from 'node:crypto';
import {
  assignDuty,
  closeCase,
  markRead,
  revokeShare,
  shareFurther,
  type AudienceEntry,
  type InputOf,
  type ReplyOf,
  type RequestContract,
} from '@definitivedx/contracts';
import type { z } from 'zod';
import { toPanel, type Clinic, type NewCase, type Panel, type Person } from './clinic.js';

export type Survey = InputOf<typeof closeCase>['survey'];

export const survey: Survey = { outcome: 'new-or-additional-action', referral: 'contemplated-avoided' };
export const day = 24 * 60 * 60_000;

type Given<C extends RequestContract> = Omit<InputOf<C>, 'commandId'>;

/** What tests of the course of a case do again and again, by one requester and one panel. */
export class Courses {
  constructor(
    readonly clinic: Clinic,
    readonly gp: Person,
    readonly panel: Panel,
  ) {}

  /** Sends a command as somebody. */
  async does<C extends RequestContract>(by: Person, contract: C, given: Given<C>): Promise<ReplyOf<C>> {
    const commandId = randomUUID();
    // Given is what the contract asks for without the command id, which a generic type cannot put back.
    const input = { commandId, ...given } as unknown as z.input<C['request']>;
    return this.clinic.world.request(contract, await by.caller(), input);
  }

  async asked(rest: Partial<NewCase> = {}): Promise<string> {
    const input = this.clinic.caseFor([toPanel(this.panel)], rest);
    return (await this.clinic.share(this.gp, input)).caseId;
  }

  async advised(rest: Partial<NewCase> = {}): Promise<string> {
    const caseId = await this.asked(rest);
    await this.clinic.post(this.panel.onCall, caseId, 'advice');
    return caseId;
  }

  async closed(rest: Partial<NewCase> = {}): Promise<string> {
    const caseId = await this.advised(rest);
    await this.closes(caseId);
    return caseId;
  }

  async closes(caseId: string): Promise<void> {
    await this.does(this.gp, closeCase, { caseId, survey });
  }

  /** The requester reads all that there is now, and so opens the advice. */
  async opens(caseId: string): Promise<void> {
    const newest = 'select max(number) as number from post where case_id = $1';
    const [row] = await this.clinic.rows<{ number: number }>(newest, [caseId]);
    await this.clinic.world.request(markRead, await this.gp.caller(), { caseId, number: row!.number });
  }

  async share(caseId: string, audience: AudienceEntry[]): Promise<readonly string[]> {
    return (await this.does(this.gp, shareFurther, { caseId, audience })).grantIds;
  }

  /** A colleague who covers for the practice; whoever did before does not any more. */
  async covering(): Promise<Person> {
    const cover = await this.clinic.gp();
    const admin = await (await this.clinic.administrator()).caller();
    await this.clinic.world.request(assignDuty, admin, { duty: 'cover', memberIds: [cover.memberId] });
    return cover;
  }

  async endShare(caseId: string, grantId: string): Promise<void> {
    await this.does(this.gp, revokeShare, { caseId, grantId });
  }

  /** Ends every share of a case with panels. */
  async endPanelShares(caseId: string): Promise<void> {
    const open = `select grant_id as "grantId" from audience where case_id = $1 and kind = 'panel'`;
    for (const { grantId } of await this.clinic.rows<{ grantId: string }>(open, [caseId])) {
      await this.endShare(caseId, grantId);
    }
  }

  /** What was done to a case; what time alone brings about may come between at any moment, and is left out. */
  timeline(caseId: string): Promise<{ kind: string; actor_id: string | null; detail: object }[]> {
    return this.clinic.rows(
      `select kind, actor_id, detail from timeline
       where case_id = $1 and kind not in ('advice-unread', 'overdue') order by id`,
      [caseId],
    );
  }

  /** Timers of a kind that a case still has. */
  timers(caseId: string, kind: string): Promise<{ dueAt: Date }[]> {
    return this.clinic.rows(
      'select due_at as "dueAt" from timer where case_id = $1 and kind = $2 order by due_at',
      [caseId, kind],
    );
  }
}
