import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { SignedIn, Stage } from '../stage.js';
import { BareJetStream } from '../floor/jetstream.js';
import { quantile } from '../load.js';
import { spreadOf } from '../compare.js';
import type { Section } from '../section.js';
import type { Options } from '../options.js';
import { casesOf, prepare } from './requests.js';

const perSecond = 50;

/** Milliseconds from request to arrival, in the order of size. */
type Latencies = readonly number[];

/** A post by the GP until the specialist's open event stream tells of it, against a bare publish until it is consumed. */
export async function liveFlow(
  stage: Stage,
  options: Options,
  note: (line: string) => void,
): Promise<Section> {
  const { gp, panelId, specialist } = await prepare(stage);
  const caseIds = await casesOf(stage.systemUrl, gp.headers, panelId, perSecond * 2);
  const stream = await EventStream.open(specialist);
  const bare = await BareJetStream.start();
  try {
    const post = async (i: number): Promise<number> => {
      const caseId = caseIds[i % caseIds.length] ?? '';
      const startedAt = performance.now();
      const told = stream.next(caseId);
      const { status } = await gp.session.attempt('POST', `/api/v1/cases/${caseId}/posts`, {
        body: { kind: 'information', body: 'Drinking well, afebrile since this morning.' },
        idempotencyKey: randomUUID(),
      });
      if (status !== 201) throw new Error(`a post was answered with ${String(status)}`);
      return (await told) - startedAt;
    };
    const publish = (i: number): Promise<number> => bare.publishToConsume(String(i));
    await paced(6, post);
    await paced(1, publish);
    const rounds: { ours: Latencies; floor: Latencies }[] = [];
    for (let i = 0; i < options.rounds; i += 1) {
      const first = i % 2 === 0 ? await paced(options.seconds, publish) : undefined;
      const ours = await paced(options.seconds, post);
      const floor = first ?? (await paced(options.seconds, publish));
      rounds.push({ ours, floor });
      note(
        `  live round ${String(i + 1)}: p99 ${quantile(ours, 0.99).toFixed(1)} ms against ${quantile(floor, 0.99).toFixed(1)} ms`,
      );
    }
    return sectionOf(rounds, options);
  } finally {
    stream.close();
    await bare.stop();
  }
}

function sectionOf(rounds: readonly { ours: Latencies; floor: Latencies }[], { seconds }: Options): Section {
  const row = (name: string, q: number): string[] => {
    const ratio = spreadOf(rounds.map(({ ours, floor }) => quantile(ours, q) / quantile(floor, q)));
    const median = (side: 'ours' | 'floor'): string =>
      spreadOf(rounds.map((round) => quantile(round[side], q))).median.toFixed(1);
    const spread = `**${ratio.median.toFixed(1)}** (${ratio.low.toFixed(1)}–${ratio.high.toFixed(1)})`;
    return [name, `${median('ours')} ms`, `${median('floor')} ms`, spread];
  };
  return {
    title: 'From a post to the server-sent event',
    about:
      `${String(perSecond)} posts a second for ${String(seconds)} s, ${String(rounds.length)} rounds; from the sending of the post to the ` +
      "arrival of the event in the specialist's open stream. Floor: publish to consume on a JetStream as durable, nothing else.",
    head: ['', 'system', 'floor', 'ratio'],
    rows: [row('p50', 0.5), row('p99', 0.99)],
  };
}

/** Begins `work` so many times a second whether or not the earlier ones are done. */
async function paced(seconds: number, work: (i: number) => Promise<number>): Promise<Latencies> {
  const startedAt = performance.now();
  const running: Promise<number>[] = [];
  for (let i = 0; i < seconds * perSecond; i += 1) {
    await sleep(Math.max(0, startedAt + (i * 1000) / perSecond - performance.now()));
    running.push(work(i));
  }
  return (await Promise.all(running)).sort((a, b) => a - b);
}

/** Someone's open event stream, which notes when it was told of each case. */
class EventStream {
  private readonly waiting = new Map<string, ((at: number) => void)[]>();
  private readonly closing = new AbortController();

  static async open(person: SignedIn): Promise<EventStream> {
    const stream = new EventStream();
    const response = await person.session.ask('/api/v1/events', {
      signal: stream.closing.signal,
      headers: { accept: 'text/event-stream' },
    });
    if (!response.body) throw new Error('the event stream did not open');
    void stream.read(response.body).catch(() => undefined);
    return stream;
  }

  /** When the next event about a case arrives. */
  next(caseId: string): Promise<number> {
    return new Promise((resolve) => {
      this.waiting.set(caseId, [...(this.waiting.get(caseId) ?? []), resolve]);
    });
  }

  close(): void {
    this.closing.abort();
  }

  private async read(body: ReadableStream<Uint8Array>): Promise<void> {
    let rest = '';
    for await (const chunk of body.pipeThrough(new TextDecoderStream())) {
      const at = performance.now();
      const lines = (rest + chunk).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) {
        const caseId = /^data: .*"caseId":"([^"]+)"/.exec(line)?.[1];
        if (caseId !== undefined) this.waiting.get(caseId)?.shift()?.(at);
      }
    }
  }
}
