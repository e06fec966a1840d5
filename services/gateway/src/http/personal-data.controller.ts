import { Controller, Get, Header, HttpCode, Post, Res } from '@nestjs/common';
import { ApiBearerAuth, ApiCookieAuth, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { z } from 'zod';
import { ForMembers, Open, type MemberCaller } from '@definitivedx/auth';
import { Bus, ServiceContext } from '@definitivedx/bus';
import { dataMapDocument, dataMapOf, requestErasure, type ReplyOf } from '@definitivedx/contracts';
import { Options } from '../config.js';
import { Member } from './authentication.js';
import { Documented } from './documented.js';
import { sendMemberExport } from './member-export.js';

const rows = z.record(z.string(), z.array(z.record(z.string(), z.unknown())));
const document = z.object({
  about: z.strictObject({
    format: z.literal('definitivedx-member'),
    version: z.int(),
    memberId: z.uuid(),
    exportedAt: z.iso.datetime(),
    more: z.string().describe('Where to find what is not in it.'),
  }),
  ...{ access: rows, cases: rows, files: rows, notify: rows, metrics: rows, gateway: rows },
});

/** What is kept about people: for themselves, and for whoever asks in general. Not about consent, so reached before it. */
@ApiTags('Member')
@ApiBearerAuth()
@ApiCookieAuth()
@Controller('api/v1')
export class PersonalDataController {
  constructor(
    private readonly bus: Bus,
    private readonly service: ServiceContext,
    private readonly options: Options,
  ) {}

  @Post('me/export')
  @HttpCode(200)
  @ForMembers({ beforeConsent: true })
  @Documented({
    summary: 'All that is kept about you, as one JSON document: by service, then by kind, with every row.',
    reply: document,
  })
  export(@Member() caller: MemberCaller, @Res() reply: FastifyReply): Promise<void> {
    return sendMemberExport(this.service, reply, caller);
  }

  @Post('me/erasure')
  @HttpCode(200)
  @ForMembers({ beforeConsent: true })
  @Documented({ summary: requestErasure.summary, reply: requestErasure.reply })
  erase(@Member() caller: MemberCaller): Promise<ReplyOf<typeof requestErasure>> {
    return this.bus.request(requestErasure, caller, {});
  }

  @Get('data-map')
  @Open()
  @Header('cache-control', 'public, max-age=300')
  @Documented({
    summary:
      'What is stored where, whose it is, why and how long, and how it is protected. To read: /data-map.',
    reply: dataMapDocument,
  })
  dataMap(): z.output<typeof dataMapDocument> {
    return dataMapOf(this.options.dataRegions);
  }
}
