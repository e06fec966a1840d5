import { describe, expect, it } from '@jest/globals';
import { Writable } from 'node:stream';
import { setTimeout as wait } from 'node:timers/promises';
import { AppError, unavailable } from '@definitivedx/errors';
import { EventStream, type EventStreamOptions } from './event-stream.js';

type Page = Awaited<ReturnType<EventStreamOptions['fetch']>>;

const caseId = '01890000-0000-7000-8000-000000000000';
const entry = (sequence: number) => ({
  sequence,
  kind: 'case-shared' as const,
  caseId,
  at: '2026-11-23T08:00:00Z',
});

/** A client that reads everything, or nothing. */
function client(reads: boolean): { out: Writable; text: () => string } {
  let text = '';
  const out = new Writable({
    highWaterMark: 1_000,
    write(chunk: Buffer, _encoding, done) {
      text += chunk.toString();
      if (reads) done();
    },
  });
  return { out, text: () => text };
}

function streamOf(out: Writable, fetch: (after: number) => Promise<Page>, position = 0): EventStream {
  return new EventStream(out, { position, fetch, patienceMs: 50 });
}

describe('an event stream', () => {
  it('sends each entry once and in order, however often it is woken', async () => {
    const all = Array.from({ length: 450 }, (_, i) => entry(i + 1));
    const { out, text } = client(true);
    const asked: number[] = [];
    const stream = streamOf(out, async (after) => {
      asked.push(after);
      await wait(1);
      return { entries: all.slice(after, after + 200), latest: all.length };
    });
    for (let i = 0; i < 20; i += 1) stream.wake();
    await wait(50);
    const ids = [...text().matchAll(/^id: (\d+)\nevent/gm)].map(([, id]) => Number(id));
    expect(ids).toEqual(all.map(({ sequence }) => sequence));
    expect(asked.slice(0, 4)).toEqual([0, 200, 400, 450]);
    stream.close();
  });

  it('lets a client go that does not read, and holds at most a page for it', async () => {
    const { out } = client(false);
    let pages = 0;
    const stream = streamOf(out, (after) => {
      pages += 1;
      return Promise.resolve({
        entries: Array.from({ length: 200 }, (_, i) => entry(after + i + 1)),
        latest: 1_000_000,
      });
    });
    stream.wake();
    await wait(150);
    expect(out.destroyed).toBe(true);
    expect(pages).toBe(1);
  });

  it('stays when a service is away and ends when its right has ended', async () => {
    const { out } = client(true);
    let failure = unavailable('The notify service');
    const stream = streamOf(out, () => Promise.reject(failure));
    stream.wake();
    await wait(10);
    expect(out.writableEnded).toBe(false);
    failure = new AppError('not-signed-in', 'Please sign in first.');
    stream.wake();
    await wait(10);
    expect(out.writableEnded).toBe(true);
  });
});
