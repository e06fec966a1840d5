import { Controller, Get, Param, Res } from '@nestjs/common';
import { ApiBearerAuth, ApiCookieAuth, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { z } from 'zod';
import { ForMembers, type MemberCaller } from '@definitivedx/auth';
import { Bus } from '@definitivedx/bus';
import { id, takeCaseDocument } from '@definitivedx/contracts';
import { accountOf, type CaseDocument } from '../exports/account.js';
import { caseBundle } from '../exports/fhir/bundle.js';
import { casePdf } from '../exports/pdf/case-pdf.js';
import { Turns } from '../exports/turns.js';
import { Member } from './authentication.js';
import { Documented } from './documented.js';
import { onCase } from './problems.js';

const documented = {
  description:
    'For whoever may read the case; on the audit as an export besides. It is of the version it names, and says nothing of what came later.',
  reply: z.string(),
  problems: onCase,
} as const;

/** One case as a document to keep elsewhere. */
@ApiTags('Cases')
@ApiBearerAuth()
@ApiCookieAuth()
@ForMembers()
@Controller('api/v1/cases/:caseId')
export class CaseDocumentsController {
  /** Drawing takes the processor: a few at a time, so that everyone else gets their turn; and no endless queue. */
  private readonly turns = new Turns(2, 20);

  constructor(private readonly bus: Bus) {}

  @Get('export.pdf')
  @Documented({
    ...documented,
    summary: 'A case with its discussion as a PDF.',
    mediaType: 'application/pdf',
  })
  async pdf(
    @Member() caller: MemberCaller,
    @Res() reply: FastifyReply,
    @Param('caseId', { schema: id }) caseId: string,
  ): Promise<void> {
    const gone = new AbortController();
    reply.raw.once('close', () => {
      gone.abort();
    });
    if (reply.raw.destroyed) return;
    // Taken when its turn has come: what is not drawn is not on the audit as an export, and waits in no memory.
    const { taken, drawn } = await this.turns.take(async () => {
      const taken = await this.bus.request(takeCaseDocument, caller, { caseId });
      return { taken, drawn: await casePdf(accountOf(taken), new Date(taken.takenAt)) };
    }, gone.signal);
    await attach(reply, taken, 'application/pdf', 'pdf').send(drawn);
  }

  @Get('export.fhir.json')
  @Documented({
    ...documented,
    summary: 'A case with its discussion as a FHIR R4 bundle of UK Core resources.',
    mediaType: 'application/fhir+json',
  })
  async fhir(
    @Member() caller: MemberCaller,
    @Res() reply: FastifyReply,
    @Param('caseId', { schema: id }) caseId: string,
  ): Promise<void> {
    const taken = await this.bus.request(takeCaseDocument, caller, { caseId });
    const written = JSON.stringify(caseBundle(taken));
    await attach(reply, taken, 'application/fhir+json; charset=utf-8', 'fhir.json').send(written);
  }
}

/** To be kept, not shown by the browser. The case code names the file: nothing else of a case belongs into a name. */
function attach(reply: FastifyReply, taken: CaseDocument, mediaType: string, ending: string): FastifyReply {
  return reply
    .header('content-type', mediaType)
    .header('content-disposition', `attachment; filename="case-${taken.case.code}.${ending}"`)
    .header('x-content-type-options', 'nosniff')
    .header('content-security-policy', "default-src 'none'; sandbox");
}
