import { Controller, Get, Header, Param, Query, Res } from '@nestjs/common';
import { ApiBearerAuth, ApiCookieAuth, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { z } from 'zod';
import { asOrganisation, For, Open, type Caller } from '@definitivedx/auth';
import { Bus, Clock } from '@definitivedx/bus';
import {
  auditTree,
  caseAuditLeaves,
  id,
  organisationAuditLeaves,
  searchCaseAudit,
  searchOrganisationAudit,
  searchPlatformAudit,
  type ReplyOf,
} from '@definitivedx/contracts';
import { sendExport } from './audit-export.js';
import { Acting } from './authentication.js';
import { Documented } from './documented.js';
import { onCase } from './problems.js';

const limit = z.coerce.number().int().min(1).max(100).default(50);
const caseQuery = searchCaseAudit.request.omit({ caseId: true }).extend({ limit });
const organisationQuery = searchOrganisationAudit.request.extend({ limit });
const platformQuery = searchPlatformAudit.request.extend({ limit });
const exportQuery = z.strictObject({
  since: z.coerce
    .number()
    .int()
    .min(1)
    .max(Number.MAX_SAFE_INTEGER)
    .optional()
    .describe('Rows covered by a tree head you kept; adds the proof that it is a prefix.'),
});

const lines = z.string().describe('NDJSON as docs/audit-format.md describes it, for `npm run audit:verify`.');

/** The audit: each reader sees what is theirs, and that they looked is written to it as well. */
@ApiTags('Audit')
@ApiBearerAuth()
@ApiCookieAuth()
@Controller()
export class AuditController {
  constructor(
    private readonly bus: Bus,
    private readonly clock: Clock,
  ) {}

  @Get('api/v1/audit')
  @For(searchOrganisationAudit.who)
  @Documented({
    summary: searchOrganisationAudit.summary,
    reply: searchOrganisationAudit.reply,
    problems: ['invalid-input', 'consent-required'],
  })
  organisation(
    @Acting() caller: Caller,
    @Query({ schema: organisationQuery }) query: z.output<typeof organisationQuery>,
  ): Promise<ReplyOf<typeof searchOrganisationAudit>> {
    return this.bus.request(searchOrganisationAudit, caller, query);
  }

  @Get('api/v1/platform/audit')
  @For(searchPlatformAudit.who)
  @Documented({
    summary: searchPlatformAudit.summary,
    reply: searchPlatformAudit.reply,
    problems: ['invalid-input', 'consent-required'],
  })
  platform(
    @Acting() caller: Caller,
    @Query({ schema: platformQuery }) query: z.output<typeof platformQuery>,
  ): Promise<ReplyOf<typeof searchPlatformAudit>> {
    return this.bus.request(searchPlatformAudit, caller, query);
  }

  @Get('api/v1/cases/:caseId/audit')
  @For(searchCaseAudit.who)
  @Documented({ summary: searchCaseAudit.summary, reply: searchCaseAudit.reply, problems: onCase })
  case(
    @Acting() caller: Caller,
    @Param('caseId', { schema: id }) caseId: string,
    @Query({ schema: caseQuery }) query: z.output<typeof caseQuery>,
  ): Promise<ReplyOf<typeof searchCaseAudit>> {
    return this.bus.request(searchCaseAudit, caller, { ...query, caseId });
  }

  @Get('api/v1/audit/export')
  @For(organisationAuditLeaves.who)
  @Documented({
    summary: organisationAuditLeaves.summary,
    reply: lines,
    mediaType: 'application/x-ndjson',
    problems: ['invalid-input', 'consent-required'],
  })
  exportOrganisation(
    @Acting() caller: Caller,
    @Res() reply: FastifyReply,
    @Query({ schema: exportQuery }) { since }: z.output<typeof exportQuery>,
  ): Promise<void> {
    const { organisationId } = asOrganisation(caller);
    return sendExport(reply, this.bus, {
      selection: { kind: 'organisation', organisationId },
      since,
      now: this.clock.now(),
      page: (at) => this.bus.request(organisationAuditLeaves, caller, at),
    });
  }

  @Get('api/v1/cases/:caseId/audit/export')
  @For(caseAuditLeaves.who)
  @Documented({
    summary: caseAuditLeaves.summary,
    reply: lines,
    mediaType: 'application/x-ndjson',
    problems: onCase,
  })
  exportCase(
    @Acting() caller: Caller,
    @Res() reply: FastifyReply,
    @Param('caseId', { schema: id }) caseId: string,
    @Query({ schema: exportQuery }) { since }: z.output<typeof exportQuery>,
  ): Promise<void> {
    return sendExport(reply, this.bus, {
      selection: { kind: 'case', caseId },
      since,
      now: this.clock.now(),
      page: (at) => this.bus.request(caseAuditLeaves, caller, { ...at, caseId }),
    });
  }

  /** Open, so that an auditor can have the keys from elsewhere than an export. */
  @Get('.well-known/definitivedx-audit.json')
  @Open()
  @Header('cache-control', 'public, max-age=60')
  @Documented({
    summary: 'The public keys that tree heads of the audit were ever signed with, and the latest head.',
    reply: auditTree.reply.omit({ consistency: true }),
  })
  async tree(): Promise<Omit<ReplyOf<typeof auditTree>, 'consistency'>> {
    const { keys, head } = await this.bus.request(auditTree, await this.bus.self(), {});
    return { keys, head };
  }
}
