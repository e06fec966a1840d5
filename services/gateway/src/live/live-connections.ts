import { Injectable, type OnModuleDestroy, type OnModuleInit } from '@nestjs/common';
import { AppError } from '@definitivedx/errors';
import { ServiceContext } from '@definitivedx/bus';
import { stillActing, streamGrew } from '@definitivedx/contracts';
import { createLog } from '@definitivedx/telemetry';
import { sessionsAlive } from '../data/sessions.js';
import { idleMs } from '../domain/session.js';
import type { Credential } from '../sign-in/callers.js';
import type { EventStream } from './event-stream.js';

const log = createLog('live-connections');
/** A person with more tabs than this is told to close one. */
const mostPerMember = 5;
/** A lost nudge delays news by at most this, in milliseconds. */
const pollMs = 10_000;
/** How often all open streams are looked over, in milliseconds: what ended elsewhere ends here within twice that. */
const lookMs = 1_000;
/** Streams per request to access. */
const batch = 1_000;

/** Who listens, and by what right. */
export interface Listener {
  readonly memberId: string;
  readonly organisationId: string;
  readonly credential: Credential;
}

interface Place extends Listener {
  stream: EventStream | undefined;
}

/** The open event streams of this replica, by member. */
@Injectable()
export class LiveConnections implements OnModuleInit, OnModuleDestroy {
  private readonly places = new Map<string, Set<Place>>();
  private poll: NodeJS.Timeout | undefined;
  private look: NodeJS.Timeout | undefined;
  private stopped = false;

  constructor(private readonly service: ServiceContext) {}

  onModuleInit(): void {
    this.service.bus.onNudge(streamGrew, ({ memberIds }) => {
      for (const memberId of memberIds) this.each(memberId, ({ stream }) => stream?.wake());
    });
    this.poll = setInterval(() => {
      for (const memberId of this.places.keys()) this.each(memberId, ({ stream }) => stream?.wake());
    }, pollMs).unref();
    this.lookAgain();
  }

  /** Before the door closes: an open stream would keep it open. Clients come back to another replica. */
  onModuleDestroy(): void {
    this.stopped = true;
    clearInterval(this.poll);
    clearTimeout(this.look);
    for (const memberId of this.places.keys()) this.each(memberId, ({ stream }) => stream?.close());
  }

  /**
   * Takes one of the member's places before anything is awaited, so that many at once cannot pass together.
   * @returns what to call with the stream, and when it has ended.
   * @throws AppError `rate-limited` when all places are taken.
   */
  reserve(listener: Listener): { fill: (stream: EventStream) => void; free: () => void } {
    const { memberId } = listener;
    const places = this.places.get(memberId) ?? new Set<Place>();
    if (places.size >= mostPerMember) {
      throw new AppError(
        'rate-limited',
        'Too many open event streams. Please close one of your other windows.',
        {
          retryAfterSeconds: 30,
        },
      );
    }
    const place: Place = { ...listener, stream: undefined };
    this.places.set(memberId, places.add(place));
    return {
      fill: (stream) => {
        place.stream = stream;
      },
      free: () => {
        places.delete(place);
        if (places.size === 0 && this.places.get(memberId) === places) this.places.delete(memberId);
      },
    };
  }

  /** Ends the streams of a session that ended here, at once; the other replicas find out when they look. */
  closeSession(memberId: string, sessionId: string): void {
    this.each(memberId, (place) => {
      if (place.credential.sessionId === sessionId) place.stream?.close();
    });
  }

  private lookAgain(): void {
    this.look = setTimeout(() => {
      void this.closeEnded()
        // A stream whose right cannot be told just now stays open and silent: each of its events is asked for anew.
        .catch((error: unknown) => log.warn('streams-not-looked-over', { error }))
        .finally(() => {
          if (!this.stopped) this.lookAgain();
        });
    }, lookMs).unref();
  }

  /** Closes the streams whose session, token, account or place has ended: one statement and one request for all. */
  private async closeEnded(): Promise<void> {
    const open = [...this.places.values()].flatMap((places) => [...places]).filter(({ stream }) => stream);
    for (let from = 0; from < open.length; from += batch) {
      const some = open.slice(from, from + batch);
      const ended = await this.endedOf(some);
      for (const place of ended) place.stream?.close();
    }
  }

  private async endedOf(places: readonly Place[]): Promise<Place[]> {
    const { bus, clock, db } = this.service;
    const now = clock.now();
    const sessionIds = places
      .filter(({ credential }) => credential.tokenEndsAt === undefined)
      .map(({ credential }) => credential.sessionId);
    const [alive, { acting }] = await Promise.all([
      sessionIds.length === 0
        ? new Set<string>()
        : sessionsAlive(db, sessionIds, now, new Date(now.getTime() - idleMs)),
      bus.request(stillActing, await bus.self(), {
        places: places.map(({ memberId, organisationId, credential: { issuer } }) => ({
          ...{ memberId, organisationId, issuer },
        })),
      }),
    ]);
    return places.filter(({ credential: { tokenEndsAt, sessionId } }, i) => {
      if (tokenEndsAt === undefined ? !alive.has(sessionId) : tokenEndsAt <= now) return true;
      return !acting[i];
    });
  }

  private each(memberId: string, visit: (place: Place) => void): void {
    for (const place of [...(this.places.get(memberId) ?? [])]) visit(place);
  }
}
