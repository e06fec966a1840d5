import { Injectable } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Readable } from 'node:stream';
import { assertAllowed, type MemberCaller } from '@definitivedx/auth';
import { AppError } from '@definitivedx/errors';
import { FileDoor, OutsideFile } from '../files/file-door.js';
import { Authentication } from './authentication.js';

/** How often a running download asks whether its session still counts, in milliseconds. */
const checkEveryMs = 1_000;

const passedOn = [
  'content-type',
  'content-length',
  'content-disposition',
  'content-range',
  'accept-ranges',
  'etag',
  'x-content-type-options',
  'content-security-policy',
] as const;

interface Exchange {
  readonly caller: MemberCaller;
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
}

/** Passes files on from the file service, as fast as the client takes them. */
@Injectable()
export class Downloads {
  constructor(
    private readonly door: FileDoor,
    private readonly authentication: Authentication,
  ) {}

  /** @throws AppError as the file service refused it; `unavailable` when it does not answer. */
  async send(exchange: Exchange, method: 'GET' | 'HEAD', fileId: string): Promise<void> {
    const { caller, request, reply } = exchange;
    const leave = this.door.enter(caller);
    const gone = new AbortController();
    const abort = (): void => {
      leave();
      gone.abort();
    };
    reply.raw.once('close', abort);
    // Its `close` is not told again to who comes late.
    if (reply.raw.destroyed) abort();
    try {
      const { range, 'if-range': ifRange } = request.headers;
      const response = await this.door.knock(caller, {
        method,
        path: `/${fileId}`,
        headers: { range, 'if-range': one(ifRange) },
        signal: gone.signal,
      });
      for (const name of passedOn) {
        const value = response.headers[name];
        if (value !== undefined) void reply.header(name, value);
      }
      void reply.status(response.statusCode);
      if (method === 'HEAD') {
        await response.body.dump();
        void reply.send();
        return;
      }
      this.watch(request, response.body);
      // Not only ended: what the kernel still holds for the client must not reach it either.
      response.body.once('error', () => request.raw.socket.resetAndDestroy());
      void reply.send(response.body);
    } catch (error) {
      if (error instanceof OutsideFile) void reply.header('content-range', error.contentRange);
      throw error;
    }
  }

  /** Breaks the download off when its session ended or its member may no longer come in, and when that cannot be told. */
  private watch(request: FastifyRequest, bytes: Readable): void {
    let asking = false;
    const timer = setInterval(() => {
      if (asking) return;
      asking = true;
      void this.assertStillIn(request)
        .catch((error: unknown) => bytes.destroy(error as Error))
        .finally(() => {
          asking = false;
        });
    }, checkEveryMs);
    bytes.once('close', () => {
      clearInterval(timer);
    });
  }

  private async assertStillIn(request: FastifyRequest): Promise<void> {
    const known = await this.authentication.of(request);
    if (!known) throw new AppError('not-signed-in', 'Please sign in first.');
    assertAllowed({ members: 'any' }, known.caller);
  }
}

const one = (value: string | string[] | undefined): string | undefined =>
  Array.isArray(value) ? undefined : value;
