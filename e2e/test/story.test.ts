import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { tellingWords, tellingWordsIn } from '@definitivedx/demo';
import { freePorts, type SpanLine, type System } from '@definitivedx/stack';
import { until } from '@definitivedx/testing';
import { residentMegabytes } from './support/memory.js';
import { runDemo, runProgram, type Ended } from './support/programs.js';
import { rows } from './support/rows.js';
import { startTestSystem, stopTestSystem } from './support/system.js';
import { ancestry, readSpans } from './support/traces.js';

const mostMegabytes = 900;

describe('the story, played by the demo program on the whole system', () => {
  let system: System;
  let idle: ReturnType<typeof residentMegabytes>;
  let demo: Ended;

  beforeAll(async () => {
    system = await startTestSystem();
    await sleep(2_000);
    idle = residentMegabytes(system);
    demo = await runDemo(system);
  }, 120_000);
  afterAll(() => stopTestSystem(system), 60_000);

  it('ends well, each step in one line with its trace', () => {
    expect(failureOf(demo)).toBe('');
    const steps = demo.output.match(/^✔ .*\n +trace [0-9a-f]{32}$/gm) ?? [];
    expect(steps.length).toBeGreaterThanOrEqual(45);
    expect(demo.output).not.toContain('✘');
  });

  it('ends well a second time', async () => {
    expect(failureOf(await runDemo(system))).toBe('');
  });

  it('is one trace from the share to the e-mail', async () => {
    const mail = await until(() => mailOfShare(readSpans(system)), 'the span of the mail', 10_000);
    expect(demo.output).toContain(`trace ${mail.traceId}`);
    const spans = readSpans(system).filter(({ traceId }) => traceId === mail.traceId);
    expect(ancestry(mail, spans)).toEqual([
      'notify consume evt.cases.case-shared.v1',
      'cases publish evt.cases.case-shared.v1',
      'cases respond rpc.cases.create',
      'gateway request rpc.cases.create',
      'gateway POST /api/v1/cases',
    ]);
    const ids = new Set(spans.map(({ spanId }) => spanId));
    const roots = spans.filter(({ parentSpanId }) => parentSpanId === undefined || !ids.has(parentSpanId));
    expect(roots.map(({ service, name }) => `${service} ${name}`)).toEqual(['gateway POST /api/v1/cases']);
    const parts = new Set(spans.map(({ service }) => service));
    expect([...parts]).toEqual(expect.arrayContaining(['gateway', 'cases', 'access', 'notify']));
    expect(spans.flatMap(({ links }) => links)).toEqual([]);
    // The decision and the audit of the act, and what was asked before the mail left, are in it too.
    const names = spans.map(({ service, name }) => `${service} ${name}`);
    for (const expected of [
      'access respond rpc.access.share',
      'access consume evt.cases.acted.v1',
      'access respond rpc.access.who-may-see',
      // The entry in the stream; the mail and the commit went in the same round trip.
      'notify pg append-entries',
    ]) {
      expect(names).toContain(expected);
    }
  });

  it('leaves no clinical text in spans, logs, mails, event streams or their subjects (security.md 27)', async () => {
    // The words are really there, or finding none of them would prove nothing.
    const stored = await rows<{ text: string }>(
      system,
      'cases',
      `select question || ' ' || history as text from cases union all select body from post
       union all select safety_net from post where safety_net is not null
       union all select comment from survey where comment is not null`,
    );
    expect(tellingWordsIn(stored.map(({ text }) => text).join(' '))).toEqual(tellingWords);

    const folders = ['traces', 'logs', 'mailbox', join('nats', 'store'), 'identity-provider'];
    const files = folders.flatMap((folder) => filesIn(join(system.stateDir, folder)));
    // Streams are files of messages, each with its subject, as they came.
    const stream = files.filter((file) => file.endsWith('.blk')).map(contentOf);
    expect(stream.join('')).toContain('evt.cases.case-shared.v1');
    const mails = files.filter((file) => file.endsWith('.eml')).map(contentOf);
    expect(mails.join('')).toContain('A case is waiting for you');
    const leaks = files.flatMap((file) => {
      const words = tellingWordsIn(contentOf(file));
      return words.length > 0 ? [`${file}: ${words.join(', ')}`] : [];
    });
    expect(leaks).toEqual([]);
  });

  it('runs six idle services in 900 MB', () => {
    const total = Object.values(idle).reduce((sum, mb) => sum + mb, 0);
    const each = Object.entries(idle).map(([service, mb]) => `${service} ${String(mb)}`);
    console.log(`Six idle services: ${String(total)} MB resident (${each.join(', ')})`);
    expect(total).toBeLessThanOrEqual(mostMegabytes);
  });

  it('ends well, and tells each thing once, when its parts are killed in the middle of it', async () => {
    // Before the share, right after it, before the file is read, within the hand-over, and before the outcomes.
    const kills = new Map([
      ['✔  6 ', 'notify'],
      ['✔  8 ', 'nats'],
      ['✔ 13 ', 'files'],
      ['✔ 19 ', 'cases'],
      ['✔ 21 ', 'notify'],
      ['✔ 27 ', 'metrics'],
      // While a trust comes in: before its members do, and before its page and webhook.
      ['✔ 41 ', 'access'],
      ['✔ 47 ', 'notify'],
    ]);
    const planned = [...kills.values()];
    const done: string[] = [];
    const played = await runDemo(system, (text) => {
      for (const [step, name] of kills) {
        if (!text.includes(step)) continue;
        kills.delete(step);
        system.process(name).kill('SIGKILL');
        done.push(name);
      }
    });
    expect(failureOf(played)).toBe('');
    expect(done).toEqual(planned);
    const newest = '(select case_id from stream_entry order by case_id desc limit 1)';
    const told = await rows<{ kind: string }>(
      system,
      'notify',
      `select kind from stream_entry where case_id = ${newest} order by kind`,
    );
    // Both specialists lose access; question back, answer and note are posts; advice came twice.
    const expected = { 'access-ended': 2, 'advice-given': 2, 'case-posted': 3, 'case-shared': 1 };
    expect(timesEach(told.map(({ kind }) => kind))).toEqual({
      ...expected,
      'hand-over-leaving': 1,
      'hand-over-waiting': 1,
    });
    const mailed = await rows<{ template: string }>(
      system,
      'notify',
      `select template from mail where case_id = ${newest} order by template`,
    );
    expect(timesEach(mailed.map(({ template }) => template))).toEqual({
      'advice-given': 2,
      'case-posted': 3,
      'case-shared': 1,
    });
  }, 100_000);

  it('has no dead letters, and the operator can see that', async () => {
    const listed = await runProgram('tools/bus/dist/dead-letters.js', {
      NATS_URL: system.natsUrl,
      NATS_SEED_FILE: system.secrets.seedFile('operator'),
      CALLER_KEY_FILE: system.secrets.callerKeyFile('operator'),
    });
    expect(listed).toEqual({ code: 0, output: 'There are no dead letters.\n' });
  });
});

describe('the demo without a system', () => {
  it('says in a sentence what to do', async () => {
    const [port] = await freePorts(1);
    const nowhere = `http://localhost:${String(port)}`;
    const { code, output } = await runDemo({
      url: nowhere,
      issuer: nowhere,
      mailboxUrl: nowhere,
      trustIssuer: nowhere,
    });
    expect(code).toBe(1);
    expect(output.trim()).toMatch(
      /^DefinitiveDx is not running at http:\S+ \(ECONNREFUSED\)\. Start it .*"npm start".*$/,
    );
  }, 40_000);
});

/** The end of what a program that failed has said; nothing for one that ended well. */
const failureOf = ({ code, output }: Ended): string => (code === 0 ? '' : output.slice(-1_000));

/** The span of the mail that told of the first share. */
function mailOfShare(spans: readonly SpanLine[]): SpanLine | undefined {
  // Before it comes the one that a red flag ended.
  const shared = spans.filter(({ name }) => name === 'publish evt.cases.case-shared.v1');
  const first = shared.sort((a, b) => a.startMs - b.startMs)[0];
  return spans.find(({ traceId, name }) => traceId === first?.traceId && name === 'mail send');
}

const timesEach = (words: readonly string[]): Record<string, number> =>
  Object.fromEntries([...Map.groupBy(words, (word) => word)].map(([word, all]) => [word, all.length]));

function filesIn(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
}

/** What a file holds; nothing when it is gone by now: NATS writes some beside their place and then renames them. */
function contentOf(file: string): string {
  try {
    return readFileSync(file, 'latin1');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return '';
    throw error;
  }
}
