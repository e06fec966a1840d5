import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import type { Readable } from 'node:stream';
import { Pool, type Dispatcher } from 'undici';
import type { MemberCaller } from '@definitivedx/auth';
import { fileDoor } from '@definitivedx/contracts';
import { AppError, fromWire, notFound, unavailable } from '@definitivedx/errors';
import { Options } from '../config.js';

/** Uploads and downloads of one member at once, so that nobody takes all places of the file service. */
const mostPerMember = 6;
/** Longest silence of the file service while it owes us something, in milliseconds. */
const patienceMs = 30_000;
const connectMs = 2_000;
/** A problem document is a few hundred bytes. */
const mostOfProblem = 64 * 1024;

interface Knock {
  readonly method: 'GET' | 'HEAD' | 'POST';
  readonly path: string;
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body?: Readable;
  /** Ends the request when its client goes away. */
  readonly signal?: AbortSignal;
}

/** The way to the file service, over which bytes travel in both directions without being collected here. */
@Injectable()
export class FileDoor implements OnApplicationShutdown {
  private readonly pool: Pool;
  private readonly busy = new Map<string, number>();

  constructor({ filesUrl }: Options) {
    this.pool = new Pool(filesUrl.origin, {
      connect: { timeout: connectMs },
      headersTimeout: patienceMs,
      bodyTimeout: patienceMs,
    });
  }

  async onApplicationShutdown(): Promise<void> {
    await this.pool.destroy();
  }

  /**
   * Takes one of the member's places.
   * @returns how to give it back.
   * @throws AppError `rate-limited` when all are taken.
   */
  enter({ memberId }: MemberCaller): () => void {
    const taken = this.busy.get(memberId) ?? 0;
    if (taken >= mostPerMember) throw tooMany();
    this.busy.set(memberId, taken + 1);
    let inside = true;
    return () => {
      if (!inside) return;
      inside = false;
      const left = (this.busy.get(memberId) ?? 1) - 1;
      if (left === 0) this.busy.delete(memberId);
      else this.busy.set(memberId, left);
    };
  }

  /**
   * Sends a request in the caller's name. Whoever gets the response reads its body or destroys it.
   * @throws AppError as the file service refused it; `unavailable` when it does not answer.
   */
  async knock(caller: MemberCaller, { path, headers, ...rest }: Knock): Promise<Dispatcher.ResponseData> {
    const response = await this.send({
      ...rest,
      path: `${fileDoor.path}${path}`,
      headers: { ...given(headers), [fileDoor.headers.caller]: caller.token },
    });
    if (response.statusCode < 400) return response;
    throw rest.method === 'HEAD' ? refusalOf(response) : await problemOf(response);
  }

  private async send(request: Dispatcher.RequestOptions): Promise<Dispatcher.ResponseData> {
    try {
      return await this.pool.request(request);
    } catch (error) {
      // The sender broke off: nothing is wrong with the file service.
      if (error instanceof AppError) throw error;
      throw unavailable('The file storage', error);
    }
  }
}

const given = (headers: Knock['headers']): Record<string, string> =>
  Object.fromEntries(
    Object.entries(headers).filter((entry): entry is [string, string] => entry[1] !== undefined),
  );

/** What a status alone says, where there is no body to say more. */
const refusalOf = ({ statusCode }: Dispatcher.ResponseData): AppError =>
  statusCode === 404
    ? notFound('file')
    : unavailable('The file storage', new Error(`the file service answered ${String(statusCode)}`));

/** What the file service refused a request with. @returns `unavailable` when it did not say so in our words. */
async function problemOf({ body, headers }: Dispatcher.ResponseData): Promise<AppError> {
  try {
    const pieces: Buffer[] = [];
    let bytes = 0;
    for await (const piece of body as AsyncIterable<Buffer>) {
      bytes += piece.length;
      if (bytes > mostOfProblem) throw new Error('the file service answered with a long problem');
      pieces.push(piece);
    }
    const problem = JSON.parse(Buffer.concat(pieces).toString()) as Record<string, unknown>;
    const error = fromWire({ ...problem, message: problem['detail'] });
    const range = headers['content-range'];
    return error.code === 'range-not-satisfiable' && typeof range === 'string'
      ? new OutsideFile(error, range)
      : error;
  } catch (error) {
    return unavailable('The file storage', error);
  }
}

/** The part that was asked for lies outside the file. */
export class OutsideFile extends AppError {
  constructor(
    { code, message }: AppError,
    /** Content-Range of the refusal: how long the file is. */
    readonly contentRange: string,
  ) {
    super(code, message);
  }
}

const tooMany = (): AppError =>
  new AppError(
    'rate-limited',
    'Too many of your files are on their way just now. Please wait until one is done.',
    { retryAfterSeconds: 5 },
  );
