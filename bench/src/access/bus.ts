import { readFileSync } from 'node:fs';
import { CallerSigner, type MemberCaller } from '@definitivedx/auth';
import type { Bus } from '@definitivedx/bus';
import {
  caseAudience,
  checkAccess,
  visibleCases,
  whoMaySee,
  type Principal,
  type ReplyOf,
} from '@definitivedx/contracts';
import { connectTool, type ToolConfig } from '@definitivedx/provisioner';
import type { System } from '@definitivedx/stack';
import type { Page, Question } from './questions.js';

type Person = Pick<Question, 'memberId' | 'organisationId'>;

/** Asks a running `access` over NATS, as the services that ask it do: with their credentials and their client. */
export class AccessBus {
  private readonly callers = new Map<string, MemberCaller>();

  private constructor(
    private readonly cases: Bus,
    private readonly notify: Bus,
    private readonly gateway: Bus,
    private readonly signer: CallerSigner,
  ) {}

  static async connect(system: System): Promise<AccessBus> {
    const config = (principal: Principal): ToolConfig => ({
      natsUrl: system.natsUrl,
      natsSeed: readFileSync(system.secrets.seedFile(principal), 'utf8').trim(),
      callerKey: JSON.parse(
        readFileSync(system.secrets.callerKeyFile(principal), 'utf8'),
      ) as ToolConfig['callerKey'],
    });
    const connect = (principal: Principal): Promise<Bus> => connectTool(principal, config(principal));
    return new AccessBus(
      await connect('cases'),
      await connect('notify'),
      await connect('gateway'),
      new CallerSigner('gateway', config('gateway').callerKey),
    );
  }

  /** Has everybody's caller token signed now, as long as they are valid for the next minute. */
  async vouchFor(people: readonly Person[]): Promise<void> {
    this.callers.clear();
    for (const { memberId, organisationId } of people) {
      const key = `${memberId} ${organisationId}`;
      if (this.callers.has(key)) continue;
      const claims = {
        memberId,
        organisationId,
        roles: ['clinician' as const],
        consented: true,
        sessionId: memberId,
      };
      this.callers.set(key, await this.signer.member(claims));
    }
  }

  /** A check without audit. */
  async maySee({ caseId, memberId }: Pick<Question, 'caseId' | 'memberId'>): Promise<boolean> {
    const { memberIds } = await this.cases.request(whoMaySee, await this.cases.self(), {
      caseId,
      memberIds: [memberId],
    });
    return memberIds.length === 1;
  }

  /** The same for a page of cases. */
  async maySeePage({ caseIds, memberId }: Page): Promise<ReplyOf<typeof visibleCases>> {
    return this.notify.request(visibleCases, await this.notify.self(), {
      caseIds: [...caseIds],
      memberIds: [memberId],
    });
  }

  /** A check with its rows of the audit. */
  check(
    person: Person,
    caseIds: readonly string[],
    purpose: 'read' | 'list',
  ): Promise<ReplyOf<typeof checkAccess>> {
    return this.cases.request(checkAccess, this.callerOf(person), { caseIds: [...caseIds], purpose });
  }

  /** Who can see the case, asked by its requester. */
  audience(question: Question): Promise<ReplyOf<typeof caseAudience>> {
    return this.gateway.request(caseAudience, this.callerOf(question), { caseId: question.caseId });
  }

  async close(): Promise<void> {
    for (const bus of [this.cases, this.notify, this.gateway]) await bus.close();
  }

  private callerOf({ memberId, organisationId }: Person): MemberCaller {
    const caller = this.callers.get(`${memberId} ${organisationId}`);
    if (!caller) throw new Error(`nobody has vouched for ${memberId}`);
    return caller;
  }
}
