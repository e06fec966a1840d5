import { Controller, Post, Req } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import { callerOf, For, type WithCaller } from '@definitivedx/auth';
import { bodyOf, parseInput, ServiceContext } from '@definitivedx/bus';
import { id, importDoor, membersDoor, type MemberImport } from '@definitivedx/contracts';
import { receiveImport } from '../commands/imports/receive.js';
import { AccessOptions } from '../config.js';
import { ImportWorker } from '../work/import-worker.js';

const asked = z.object({
  [importDoor.headers.importId]: id,
  [importDoor.headers.issuer]: z.url().max(500).optional(),
});

/** The way in for files of members. Only the gateway knocks here, with the caller token of whom it speaks for. */
@For(membersDoor)
@Controller(importDoor.path.slice(1))
export class ImportsController {
  constructor(
    private readonly service: ServiceContext,
    private readonly options: AccessOptions,
    private readonly worker: ImportWorker,
  ) {}

  @Post()
  async receive(@Req() request: FastifyRequest & WithCaller): Promise<MemberImport> {
    const headers = parseInput(asked, request.headers);
    const length = request.headers['content-length'];
    const received = await receiveImport(
      this.service,
      this.options.importMaxBytes,
      callerOf(request),
      {
        importId: headers[importDoor.headers.importId],
        issuer: headers[importDoor.headers.issuer],
        bytes: length === undefined ? undefined : Number(length),
      },
      bodyOf(request.raw),
    );
    this.worker.wake();
    return received;
  }
}
