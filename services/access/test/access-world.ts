import { readFileSync } from 'node:fs';
import { v7 } from 'uuid';
import type { MemberCaller } from '@definitivedx/auth';
import {
  checkAccess,
  registerMember,
  registerOrganisation,
  registerPanel,
  revokeGrant,
  shareCase,
  type AudienceEntry,
  type InputOf,
  type ReplyOf,
  type Role,
} from '@definitivedx/contracts';
import type { Database } from '@definitivedx/db';
import { startWorld, type World } from '@definitivedx/testing';
import { appModule } from '../src/app.module.js';
import type { AccessConfig, AuditKey } from '../src/config.js';
import { databaseOptions } from '../src/data/database.js';

export const issuer = 'https://sign-in.invalid';
export const inOneHour = 3_600_000;

/** `access` on the real stack, with a practice, a trust and a few people in them. */
export class AccessWorld {
  private constructor(
    readonly world: World,
    readonly db: Database,
  ) {}

  static async start(options: Pick<AccessConfig, 'egress'> = {}): Promise<AccessWorld> {
    const world = await startWorld();
    const auditKey = JSON.parse(readFileSync(world.secrets.auditKeyFile, 'utf8')) as AuditKey;
    await world.service<AccessConfig>('access', appModule, databaseOptions, {
      config: { auditKey, ...options },
    });
    return new AccessWorld(world, await world.database('access'));
  }

  stop(): Promise<void> {
    return this.world.stop();
  }

  now = (): Date => this.world.clock.now();
  later = (ms = inOneHour): string => new Date(this.now().getTime() + ms).toISOString();

  /** One statement straight to the database, for what no contract offers yet and for looking at rows. */
  sql<Row>(text: string, values: readonly unknown[] = []): Promise<Row[]> {
    return this.db.run<Row>({ name: '', text }, values);
  }

  async operator<R>(contract: Parameters<World['request']>[0], input: unknown): Promise<R> {
    return (await this.world.request(contract, await this.world.as('operator'), input)) as R;
  }

  /** A new organisation. */
  async organisation(
    kind: 'trust' | 'practice' = 'practice',
  ): Promise<{ organisationId: string; odsCode: string }> {
    const odsCode = `T${v7().replaceAll('-', '').slice(-10).toUpperCase()}`;
    const input: InputOf<typeof registerOrganisation> = { odsCode, name: `Organisation ${odsCode}`, kind };
    const { organisationId } = await this.operator<ReplyOf<typeof registerOrganisation>>(
      registerOrganisation,
      input,
    );
    return { organisationId, odsCode };
  }

  /** A new member of an organisation, as a caller who is signed in and has consented. */
  async member(
    organisation: { organisationId: string; odsCode: string },
    roles: Role[] = ['clinician'],
    name = 'Member',
  ): Promise<MemberCaller> {
    const input: InputOf<typeof registerMember> = {
      issuer,
      subject: v7(),
      name,
      email: 'member@demo.invalid',
      memberships: [{ odsCode: organisation.odsCode, roles }],
    };
    const { memberId } = await this.operator<ReplyOf<typeof registerMember>>(registerMember, input);
    return this.world.member({
      memberId,
      organisationId: organisation.organisationId,
      roles,
      consented: true,
    });
  }

  /** Registers a panel, or the same one again with other members. */
  async panel(
    odsCode: string,
    lead: MemberCaller,
    members: readonly MemberCaller[] = [],
    name = `Panel ${v7()}`,
  ) {
    const input: InputOf<typeof registerPanel> = {
      odsCode,
      name,
      specialty: 'Paediatrics',
      phone: '020 7946 0000',
      leadMemberId: lead.memberId,
      memberIds: [lead, ...members].map((member) => member.memberId),
    };
    const { panelId } = await this.operator<ReplyOf<typeof registerPanel>>(registerPanel, input);
    return { panelId, name };
  }

  share(
    caller: MemberCaller,
    caseId: string,
    entries: readonly AudienceEntry[],
    grantIds = entries.map(() => v7()),
  ) {
    return this.world.request(shareCase, caller, {
      caseId,
      entries: entries.map((entry, place) => ({ grantId: grantIds[place]!, entry })),
    });
  }

  /** Shares a new case. @returns its id and the grants', in order. */
  async newCase(
    caller: MemberCaller,
    ...entries: AudienceEntry[]
  ): Promise<{ caseId: string; grantIds: string[] }> {
    const caseId = v7();
    const grantIds = entries.map(() => v7());
    await this.share(caller, caseId, entries, grantIds);
    return { caseId, grantIds };
  }

  revoke(caller: MemberCaller, caseId: string, grantId: string): Promise<ReplyOf<typeof revokeGrant>> {
    return this.world.request(revokeGrant, caller, { caseId, grantId });
  }

  check(caller: MemberCaller, ...caseIds: string[]): Promise<ReplyOf<typeof checkAccess>> {
    return this.world.request(checkAccess, caller, { caseIds, purpose: 'read' });
  }

  /** Why the caller may see the case; null when they may not. */
  async via(caller: MemberCaller, caseId: string): Promise<string | null> {
    const { allowed } = await this.check(caller, caseId);
    return allowed[0]?.via ?? null;
  }

  disable(member: MemberCaller): Promise<unknown> {
    return this.sql(`update member set status = 'disabled' where id = $1`, [member.memberId]);
  }

  allowEveryone(organisationId: string): Promise<unknown> {
    return this.sql(`update organisation set allow_everyone = true where id = $1`, [organisationId]);
  }
}

export const toMember = (member: MemberCaller, expiresAt?: string): AudienceEntry => ({
  kind: 'member',
  memberId: member.memberId,
  ...(expiresAt === undefined ? {} : { expiresAt }),
});
export const toPanel = (panel: { panelId: string }, expiresAt?: string): AudienceEntry => ({
  kind: 'panel',
  panelId: panel.panelId,
  ...(expiresAt === undefined ? {} : { expiresAt }),
});
export const toEveryone = (expiresAt?: string): AudienceEntry => ({
  kind: 'everyone',
  ...(expiresAt === undefined ? {} : { expiresAt }),
});
