import { Controller, Get, Head, Param, Post, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { callerOf, ForMembers, type WithCaller } from '@definitivedx/auth';
import { bodyOf, parseInput } from '@definitivedx/bus';
import { fileDoor, id } from '@definitivedx/contracts';
import { invalidInput } from '@definitivedx/errors';
import { addFile } from '../commands/add-file.js';
import type { FileSummary } from '../data/files.js';
import { attachment, filenameIn } from '../domain/content-disposition.js';
import { FilesContext } from '../files-context.js';
import { describeFile, openFile, OutsideFile } from '../queries/open-file.js';

type Request = FastifyRequest & WithCaller;

const { headers } = fileDoor;

/** A header that was sent once; Node joins or drops repeated ones, of which none here may come twice. */
const header = (request: Request, name: string): string | undefined => {
  const value = request.headers[name];
  return Array.isArray(value) ? undefined : value;
};

function idIn(request: Request, name: string): string {
  const parsed = id.safeParse(header(request, name));
  if (parsed.success) return parsed.data;
  throw invalidInput(`Send a UUID in the header ${name}.`, [{ path: name, message: 'is not a UUID' }]);
}

const tagOf = (fileId: string): string => `"${fileId}"`;

const headersOf = (file: FileSummary): Record<string, string> => ({
  'content-type': file.mediaType === 'text/plain' ? 'text/plain; charset=utf-8' : file.mediaType,
  'content-disposition': attachment(file.name),
  'accept-ranges': 'bytes',
  etag: tagOf(file.fileId),
  // Whatever a file holds, a browser must not run it in our origin.
  'x-content-type-options': 'nosniff',
  'content-security-policy': "default-src 'none'; sandbox",
  'cache-control': 'no-store',
});

/** The bytes' way in and out. Only the gateway knocks here, with the caller token of whom it speaks for. */
@ForMembers()
@Controller('files')
export class FilesController {
  constructor(private readonly files: FilesContext) {}

  @Post()
  add(@Req() request: Request): Promise<FileSummary> {
    const length = header(request, 'content-length');
    const input = {
      fileId: idIn(request, headers.fileId),
      caseId: idIn(request, headers.caseId),
      name: filenameIn(header(request, 'content-disposition')),
      attestationVersion: header(request, headers.attestationVersion),
      attestationHash: header(request, headers.attestationHash),
      bytes: length === undefined ? undefined : Number(length),
    };
    return addFile(this.files, callerOf(request), input, bodyOf(request.raw));
  }

  @Get(':fileId')
  async get(
    @Req() request: Request,
    @Res() reply: FastifyReply,
    @Param('fileId') asked: string,
  ): Promise<void> {
    const fileId = parseInput(id, asked);
    const tag = tagOf(fileId);
    // A stored file never changes: a range of what the client began with always fits.
    const fits = (header(request, 'if-range') ?? tag) === tag;
    const range = fits ? header(request, 'range') : undefined;
    const { file, range: part, partial, bytes } = await this.open(request, reply, fileId, range);
    if (partial) {
      const position = `${String(part.start)}-${String(part.end - 1)}/${String(file.bytes)}`;
      void reply.status(206).header('content-range', `bytes ${position}`);
    }
    void reply.headers({ ...headersOf(file), 'content-length': String(part.end - part.start) }).send(bytes);
  }

  @Head(':fileId')
  async head(
    @Req() request: Request,
    @Res() reply: FastifyReply,
    @Param('fileId') asked: string,
  ): Promise<void> {
    const file = await describeFile(this.files, callerOf(request), parseInput(id, asked));
    void reply.headers({ ...headersOf(file), 'content-length': String(file.bytes) }).send();
  }

  private async open(request: Request, reply: FastifyReply, fileId: string, range: string | undefined) {
    try {
      return await openFile(this.files, callerOf(request), { fileId, range });
    } catch (error) {
      if (error instanceof OutsideFile) void reply.header('content-range', `bytes */${String(error.size)}`);
      throw error;
    }
  }
}
