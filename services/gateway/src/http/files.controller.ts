import { Controller, Get, Head, Param, Post, Req, Res } from '@nestjs/common';
import { ApiBearerAuth, ApiBody, ApiConsumes, ApiCookieAuth, ApiHeader, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { ForMembers, type MemberCaller } from '@definitivedx/auth';
import { bodyOf, Bus } from '@definitivedx/bus';
import { fileDoor, fileSummary, id, listFiles, type ReplyOf } from '@definitivedx/contracts';
import { FileDoor } from '../files/file-door.js';
import { Member } from './authentication.js';
import { Commands } from './commands.js';
import { AcceptsIdempotencyKey, Documented } from './documented.js';
import { Downloads } from './downloads.js';
import { TakesStream } from './uploads.js';

const { headers: doorHeader } = fileDoor;
const onFile = ['invalid-input', 'not-found', 'consent-required'] as const;

/** Files of cases. Their bytes pass through to and from the file service, and are never collected here. */
@ApiTags('Files')
@ApiBearerAuth()
@ApiCookieAuth()
@ForMembers()
@Controller('api/v1')
export class FilesController {
  constructor(
    private readonly bus: Bus,
    private readonly door: FileDoor,
    private readonly commands: Commands,
    private readonly downloads: Downloads,
  ) {}

  @Post('cases/:caseId/files')
  @TakesStream()
  @Documented({
    summary: 'Attaches a file to a case. The body is the file itself.',
    description:
      'Taken are JPEG, PNG and WebP pictures, PDF and plain text in UTF-8, as told by the content. Name the file in Content-Disposition. ' +
      'A repeat with the same Idempotency-Key never stores a second file; what is compared is the address, not the content, ' +
      'so use a new key for another file.',
    reply: fileSummary,
    status: 201,
    problems: [
      ...onFile,
      'conflict',
      'command-in-flight',
      'payload-too-large',
      'unsupported-media-type',
      'idempotency-key-reused',
    ],
  })
  @AcceptsIdempotencyKey()
  @ApiConsumes('application/octet-stream')
  @ApiBody({ schema: { type: 'string', format: 'binary' } })
  @ApiHeader({
    name: 'X-Attestation-Version',
    required: true,
    description: 'Version of the duty to anonymise that was shown and accepted for this file.',
  })
  @ApiHeader({ name: 'X-Attestation-Hash', required: true, description: 'Hash of the same text.' })
  @ApiHeader({
    name: 'Content-Disposition',
    required: false,
    description: "The file's name, for example attachment; filename*=UTF-8''rash%20day%203.jpg",
  })
  async add(
    @Member() caller: MemberCaller,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
    @Param('caseId', { schema: id }) caseId: string,
  ): Promise<unknown> {
    const leave = this.door.enter(caller);
    const body = bodyOf(request.raw);
    const { 'content-length': length, 'content-disposition': disposition } = request.headers;
    try {
      return await this.commands.carryOut(
        { request, reply, caller, keepRefusals: false },
        async (commandId) => {
          const response = await this.door.knock(caller, {
            method: 'POST',
            path: '',
            headers: {
              'content-type': 'application/octet-stream',
              'content-length': length,
              'content-disposition': disposition,
              [doorHeader.caseId]: caseId,
              [doorHeader.fileId]: commandId,
              [doorHeader.attestationVersion]: one(request.headers[doorHeader.attestationVersion]),
              [doorHeader.attestationHash]: one(request.headers[doorHeader.attestationHash]),
            },
            body,
          });
          const file = fileSummary.parse(await response.body.json());
          return { status: 201, headers: { location: `/api/v1/files/${file.fileId}` }, body: file };
        },
      );
    } finally {
      leave();
      body.destroy();
    }
  }

  @Get('cases/:caseId/files')
  @Documented({ summary: listFiles.summary, reply: listFiles.reply, problems: onFile })
  list(
    @Member() caller: MemberCaller,
    @Param('caseId', { schema: id }) caseId: string,
  ): Promise<ReplyOf<typeof listFiles>> {
    return this.bus.request(listFiles, caller, { caseId });
  }

  @Get('files/:fileId')
  @Documented({
    summary: 'The bytes of a file, or the part of them that Range asks for.',
    description:
      'Answers 206 to a Range of bytes; If-Range takes the ETag. Always sent as an attachment. Should the reply break off, the rest was refused: ' +
      'because the file is damaged, or because it is no longer shared with you.',
    reply: z.string(),
    mediaType: 'application/octet-stream',
    problems: [...onFile, 'range-not-satisfiable'],
  })
  @ApiHeader({ name: 'Range', required: false, description: 'One range, for example bytes=0-1023.' })
  @ApiHeader({ name: 'If-Range', required: false, description: 'The ETag of the file.' })
  async get(
    @Member() caller: MemberCaller,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
    @Param('fileId', { schema: id }) fileId: string,
  ): Promise<void> {
    await this.downloads.send({ caller, request, reply }, 'GET', fileId);
  }

  @Head('files/:fileId')
  @Documented({
    summary: 'The headers of a file, without its bytes.',
    reply: z.string(),
    mediaType: 'application/octet-stream',
    problems: onFile,
  })
  async head(
    @Member() caller: MemberCaller,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
    @Param('fileId', { schema: id }) fileId: string,
  ): Promise<void> {
    await this.downloads.send({ caller, request, reply }, 'HEAD', fileId);
  }
}

/** A header that was sent once. */
const one = (value: string | string[] | undefined): string | undefined =>
  Array.isArray(value) ? undefined : value;
