import { readFileSync } from 'node:fs';
import { request } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { setTimeout } from 'node:timers/promises';
import pg from 'pg';
import { v7 } from 'uuid';
import type { MemberImport } from '@definitivedx/contracts';
import { spreadOf } from '../compare.js';
import { directoryTables, insertMembers, type Row } from '../floor/directory.js';
import type { Section } from '../section.js';
import { signedIn, type SignedIn, type Stage } from '../stage.js';
import type { Options } from '../options.js';

const small = 100_000;
const large = 1_000_000;
/** The services that the file passes through, or that write it. */
const working = ['gateway', 'access'] as const;
const address = '/api/v1/organisation/members/imports';

/**
 * Files of members through the public API, to the end of the import, against a bare `unnest` insert of the same rows into equal
 * tables; and one ten times as long, for what the services need more for it.
 */
export async function csvFlow(
  stage: Stage,
  options: Options,
  note: (line: string) => void,
): Promise<Section> {
  const admin = await signedIn(stage, 'trust-admin');
  const floor = await openFloor(stage);
  const rounds: { ours: number; floor: number }[] = [];
  const peaks: Record<string, number>[] = [];
  try {
    const ours = (rows: readonly Row[]) => async (): Promise<void> => {
      const { result, peak } = await peaksDuring(stage, () => importMembers(stage, admin, rows));
      if (result.state !== 'done' || result.added !== rows.length) throw new Error(JSON.stringify(result));
      peaks.push(peak);
    };
    // The first file finds plans and caches that no later one does.
    await ours(rowsOf(5_000))();
    peaks.length = 0;
    for (let i = 0; i < options.rounds; i += 1) {
      const rows = rowsOf(small);
      const insert = (): Promise<void> => insertMembers(floor.client, floor.organisationId, rows);
      const first = i % 2 === 0 ? await rate(rows.length, insert) : undefined;
      const system = await rate(rows.length, ours(rows));
      const bare = first ?? (await rate(rows.length, insert));
      rounds.push({ ours: system, floor: bare });
      note(
        `  csv round ${String(i + 1)}: ${system.toFixed(0)} rows/s against ${bare.toFixed(0)}: ${(system / bare).toFixed(2)}`,
      );
    }
    const many = await rate(large, ours(rowsOf(large)));
    note(`  csv: ${String(large)} lines at ${many.toFixed(0)} rows/s, ${JSON.stringify(peaks.at(-1))}`);
    const { median, low, high } = spreadOf(rounds.map((round) => round.ours / round.floor));
    const typical = Object.fromEntries(
      working.map((name) => [name, Math.max(...peaks.slice(0, -1).map((peak) => peak[name] ?? 0))]),
    );
    const memory = (peak: Record<string, number> = {}): string[] =>
      working.map((name) => `${(peak[name] ?? 0).toFixed(0)} MB`);
    return {
      title: 'Importing members from CSV',
      about:
        'From the first byte sent to the gateway to the end of the import: read, checked as a whole, and written in one transaction. The floor inserts the same rows ' +
        'by `unnest` into equal tables. Resident memory at its peak, looked at every 20 ms.',
      head: ['lines', 'system', 'floor', 'ratio', ...working],
      rows: [
        [
          String(small),
          `${spreadOf(rounds.map((round) => round.ours)).median.toFixed(0)} rows/s`,
          `${spreadOf(rounds.map((round) => round.floor)).median.toFixed(0)} rows/s`,
          `**${median.toFixed(2)}** (${low.toFixed(2)}–${high.toFixed(2)})`,
          ...memory(typical),
        ],
        [String(large), `${many.toFixed(0)} rows/s`, '', '', ...memory(peaks.at(-1))],
      ],
    };
  } finally {
    await floor.client.end();
  }
}

const rate = async (rows: number, work: () => Promise<void>): Promise<number> => {
  const startedAt = performance.now();
  await work();
  return (rows * 1_000) / (performance.now() - startedAt);
};

function rowsOf(count: number): Row[] {
  const of = v7().slice(-12);
  return Array.from({ length: count }, (_, n) => ({
    id: v7(),
    subject: `${of}-${String(n)}`,
    name: `Member ${String(n)} of ${of}`,
    email: `m${String(n)}.${of}@demo.invalid`,
    roles: n % 3 === 0 ? 'clinician specialist' : 'clinician',
  }));
}

async function openFloor(stage: Stage): Promise<{ client: pg.Client; organisationId: string }> {
  const url = new URL(stage.system.adminUrl);
  url.pathname = '/floor';
  const client = new pg.Client({ connectionString: url.href });
  await client.connect();
  await client.query(directoryTables);
  const organisationId = v7();
  await client.query('insert into directory_organisation values ($1)', [organisationId]);
  return { client, organisationId };
}

async function importMembers(stage: Stage, admin: SignedIn, rows: readonly Row[]): Promise<MemberImport> {
  const { hostname: host, port } = stage.systemUrl;
  const sending = request({
    host,
    port,
    method: 'POST',
    path: address,
    headers: { ...admin.headers, 'content-type': 'text/csv' },
  });
  const answered = new Promise<{ status: number; body: string }>((resolve, reject) => {
    sending.on('error', reject).on('response', (response) => {
      let body = '';
      response.setEncoding('utf8').on('data', (piece: string) => (body += piece));
      response.on('end', () => {
        resolve({ status: response.statusCode ?? 0, body });
      });
    });
  });
  await pipeline(Readable.from(linesOf(rows), { objectMode: false }), sending);
  const { status, body } = await answered;
  if (status !== 202) throw new Error(`the import was answered with ${String(status)}: ${body}`);
  let found = JSON.parse(body) as MemberImport;
  while (found.endedAt === null) {
    await setTimeout(20);
    const answer = await admin.session.call('GET', `${address}/${found.importId}`);
    found = answer.body as MemberImport;
  }
  return found;
}

function* linesOf(rows: readonly Row[]): Generator<string> {
  yield 'subject,name,email,roles\n';
  for (let start = 0; start < rows.length; start += 500) {
    yield rows
      .slice(start, start + 500)
      .map(({ subject, name, email, roles }) => `${subject},${name},${email},${roles}\n`)
      .join('');
  }
}

async function peaksDuring<T>(
  stage: Stage,
  work: () => Promise<T>,
): Promise<{ result: T; peak: Record<string, number> }> {
  const peak: Record<string, number> = {};
  const timer = setInterval(() => {
    for (const name of working) {
      const status = readFileSync(`/proc/${String(stage.system.process(name).pid ?? 0)}/status`, 'utf8');
      peak[name] = Math.max(peak[name] ?? 0, Number(/^VmRSS:\s+(\d+) kB/m.exec(status)?.[1]) / 1024);
    }
  }, 20);
  try {
    return { result: await work(), peak };
  } finally {
    clearInterval(timer);
  }
}
