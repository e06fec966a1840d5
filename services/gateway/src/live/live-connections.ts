import { Injectable, type OnModuleDestroy, type OnModuleInit } from '@nestjs/common';
import { AppError } from '@definitivedx/errors';
import { Bus } from '@definitivedx/bus';
import { streamGrew } from '@definitivedx/contracts';
import type { EventStream } from './event-stream.js';

/** A person with more tabs than this is told to close one. */
const mostPerMember = 5;
/** A lost nudge delays news by at most this, in milliseconds; so does noticing that a session ended elsewhere. */
const pollMs = 5_000;

interface Place {
  readonly memberId: string;
  readonly sessionId: string;
  stream: EventStream | undefined;
}

/** The open event streams of this replica, by member. */
@Injectable()
export class LiveConnections implements OnModuleInit, OnModuleDestroy {
  private readonly places = new Map<string, Set<Place>>();
  private poll: NodeJS.Timeout | undefined;

  constructor(private readonly bus: Bus) {}

  onModuleInit(): void {
    this.bus.onNudge(streamGrew, ({ memberIds }) => {
      for (const memberId of memberIds) this.each(memberId, ({ stream }) => stream?.wake());
    });
    this.poll = setInterval(() => {
      for (const memberId of this.places.keys()) this.each(memberId, ({ stream }) => stream?.wake());
    }, pollMs).unref();
  }

  /** Before the door closes: an open stream would keep it open. Clients come back to another replica. */
  onModuleDestroy(): void {
    clearInterval(this.poll);
    for (const memberId of this.places.keys()) this.each(memberId, ({ stream }) => stream?.close());
  }

  /**
   * Takes one of the member's places before anything is awaited, so that many at once cannot pass together.
   * @returns what to call with the stream, and when it has ended.
   * @throws AppError `rate-limited` when all places are taken.
   */
  reserve(memberId: string, sessionId: string): { fill: (stream: EventStream) => void; free: () => void } {
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
    const place: Place = { memberId, sessionId, stream: undefined };
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

  /** Ends the streams of a session that was signed out here; elsewhere the poll notices. */
  closeSession(memberId: string, sessionId: string): void {
    this.each(memberId, (place) => {
      if (place.sessionId === sessionId) place.stream?.close();
    });
  }

  private each(memberId: string, visit: (place: Place) => void): void {
    for (const place of [...(this.places.get(memberId) ?? [])]) visit(place);
  }
}
