import type { OnApplicationShutdown } from '@nestjs/common';
import type { Readable } from 'node:stream';
import { Pool, type Dispatcher } from 'undici';
import { actorIdOf, type OrganisationCaller } from '@definitivedx/auth';
import { AppError, fromWire, notFound, unavailable } from '@definitivedx/errors';

/** Longest silence of a service while it owes us something, in milliseconds. */
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

/** Where a door leads, and what it is called when it is shut. */
export interface Leading {
  readonly url: URL;
  readonly path: string;
  /** Header of the caller token. */
  readonly callerHeader: string;
  /** The service in words, as the beginning of a sentence. */
  readonly what: string;
  /** What it keeps, in a word. */
  readonly thing: string;
  /** Requests of one caller at once. */
  readonly mostPerCaller: number;
  readonly tooMany: string;
  /** What a problem document of the service means. */
  readonly refused?: (problem: object, headers: Dispatcher.ResponseData['headers']) => AppError;
}

/** The way to a service over which bytes travel, in both directions, without being collected here. */
export abstract class ByteDoor implements OnApplicationShutdown {
  private readonly pool: Pool;
  private readonly busy = new Map<string, number>();

  protected constructor(private readonly leading: Leading) {
    this.pool = new Pool(leading.url.origin, {
      connect: { timeout: connectMs },
      headersTimeout: patienceMs,
      bodyTimeout: patienceMs,
    });
  }

  async onApplicationShutdown(): Promise<void> {
    await this.pool.destroy();
  }

  /**
   * Takes one of the caller's places.
   * @returns how to give it back.
   * @throws AppError `rate-limited` when all are taken.
   */
  enter(caller: OrganisationCaller): () => void {
    const id = actorIdOf(caller);
    const taken = this.busy.get(id) ?? 0;
    if (taken >= this.leading.mostPerCaller) {
      throw new AppError('rate-limited', this.leading.tooMany, { retryAfterSeconds: 5 });
    }
    this.busy.set(id, taken + 1);
    let inside = true;
    return () => {
      if (!inside) return;
      inside = false;
      const left = (this.busy.get(id) ?? 1) - 1;
      if (left === 0) this.busy.delete(id);
      else this.busy.set(id, left);
    };
  }

  /**
   * Sends a request in the caller's name. Whoever gets the response reads its body or destroys it.
   * @throws AppError as the service refused it; `unavailable` when it does not answer.
   */
  async knock(
    caller: OrganisationCaller,
    { path, headers, ...rest }: Knock,
  ): Promise<Dispatcher.ResponseData> {
    const response = await this.send({
      ...rest,
      path: `${this.leading.path}${path}`,
      headers: { ...given(headers), [this.leading.callerHeader]: caller.token },
    });
    if (response.statusCode < 400) return response;
    throw rest.method === 'HEAD' ? this.refusalOf(response) : await this.problemOf(response);
  }

  private async send(request: Dispatcher.RequestOptions): Promise<Dispatcher.ResponseData> {
    try {
      return await this.pool.request(request);
    } catch (error) {
      // The sender broke off: nothing is wrong with the service.
      if (error instanceof AppError) throw error;
      throw unavailable(this.leading.what, error);
    }
  }

  /** What a status alone says, where there is no body to say more. */
  private refusalOf({ statusCode }: Dispatcher.ResponseData): AppError {
    return statusCode === 404
      ? notFound(this.leading.thing)
      : unavailable(this.leading.what, new Error(`the service answered ${String(statusCode)}`));
  }

  /** What the service refused a request with. @returns `unavailable` when it did not say so in our words. */
  private async problemOf({ body, headers }: Dispatcher.ResponseData): Promise<AppError> {
    try {
      const pieces: Buffer[] = [];
      let bytes = 0;
      for await (const piece of body as AsyncIterable<Buffer>) {
        bytes += piece.length;
        if (bytes > mostOfProblem) throw new Error('the service answered with a long problem');
        pieces.push(piece);
      }
      const problem = JSON.parse(Buffer.concat(pieces).toString()) as Record<string, unknown>;
      const wire = { ...problem, message: problem['detail'] };
      return this.leading.refused?.(wire, headers) ?? fromWire(wire);
    } catch (error) {
      return unavailable(this.leading.what, error);
    }
  }
}

const given = (headers: Knock['headers']): Record<string, string> =>
  Object.fromEntries(
    Object.entries(headers).filter((entry): entry is [string, string] => entry[1] !== undefined),
  );
