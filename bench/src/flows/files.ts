import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { request } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { anonymisationDuty, fileDoor } from '@definitivedx/contracts';
import type { Section } from '../section.js';
import type { SignedIn, Stage } from '../stage.js';
import type { Options } from '../options.js';
import { casesOf, prepare } from './requests.js';

const megabyte = 1_048_576;
const small = 128 * megabyte;
const large = 1024 * megabyte;
/** The smaller file goes several times, so that garbage has as much time to pile up until it is collected. */
const timesOf = (bytes: number): number => large / bytes;
/** The services that the bytes pass through. */
const passed = ['gateway', 'files'] as const;

/** Megabytes resident at most, by service. */
type Peaks = Readonly<Record<(typeof passed)[number], number>>;

/** A file of 128 MiB up and down, a few times, then one of 1 GiB: what the services that it passes through need more for it. */
export async function filesFlow(
  stage: Stage,
  _options: Options,
  note: (line: string) => void,
): Promise<Section> {
  const { gp, panelId } = await prepare(stage);
  const [caseId = ''] = await casesOf(stage.systemUrl, gp.headers, panelId, 1);
  const up = async (bytes: number): Promise<string> => upload(stage.systemUrl, gp, caseId, bytes);
  const down = (fileId: string, bytes: number) => () => download(stage.systemUrl, gp, fileId, bytes);

  const rows: string[][] = [];
  const before: Partial<Record<'upload' | 'download', Peaks>> = {};
  for (const bytes of [small, large]) {
    let fileId = '';
    const works = {
      upload: async () => {
        for (let i = 0; i < timesOf(bytes); i += 1) fileId = await up(bytes);
      },
      download: async () => {
        for (let i = 0; i < timesOf(bytes); i += 1) await down(fileId, bytes)();
      },
    };
    for (const [what, work] of Object.entries(works) as ['upload' | 'download', () => Promise<void>][]) {
      const startedAt = performance.now();
      const peaks = await peaksDuring(stage, work);
      const rate = (timesOf(bytes) * bytes) / 1e3 / (performance.now() - startedAt);
      note(`  ${what} of ${String(bytes / megabyte)} MiB: ${rate.toFixed(0)} MB/s, ${JSON.stringify(peaks)}`);
      const grown = before[what];
      const cell = (name: (typeof passed)[number]): string =>
        `${peaks[name].toFixed(0)} MB${grown ? ` (**${(peaks[name] - grown[name]).toFixed(0)}** more)` : ''}`;
      rows.push([what, `${String(bytes / megabyte)} MiB`, `${rate.toFixed(0)} MB/s`, ...passed.map(cell)]);
      before[what] = peaks;
    }
  }
  return {
    title: 'Memory for large files',
    about:
      'Eight files of 128 MiB one after the other, then one of 1 GiB, up and down through the gateway and encrypted into the directory store; resident memory at its peak, ' +
      'looked at every 20 ms.',
    head: ['', 'size', 'speed', ...passed],
    rows,
  };
}

async function peaksDuring(stage: Stage, work: () => Promise<void>): Promise<Peaks> {
  const peaks = { gateway: 0, files: 0 };
  const look = (): void => {
    for (const name of passed) peaks[name] = Math.max(peaks[name], residentMegabytes(stage, name));
  };
  const timer = setInterval(look, 20);
  try {
    await work();
    look();
    return peaks;
  } finally {
    clearInterval(timer);
  }
}

function residentMegabytes(stage: Stage, name: (typeof passed)[number]): number {
  const status = readFileSync(`/proc/${String(stage.system.process(name).pid ?? 0)}/status`, 'utf8');
  return Number(/^VmRSS:\s+(\d+) kB/m.exec(status)?.[1]) / 1024;
}

/** So many bytes that nothing compresses, as a PDF as far as its first line says. */
function content(bytes: number): Readable {
  const first = Buffer.from('%PDF-1.7\n');
  const rest = randomBytes(megabyte);
  let left = bytes;
  return Readable.from(
    (function* () {
      yield first;
      left -= first.length;
      for (; left > 0; left -= Math.min(left, rest.length))
        yield rest.subarray(0, Math.min(left, rest.length));
    })(),
    { objectMode: false },
  );
}

async function upload(origin: URL, gp: SignedIn, caseId: string, bytes: number): Promise<string> {
  const outgoing = request({
    host: origin.hostname,
    port: origin.port,
    method: 'POST',
    path: `/api/v1/cases/${caseId}/files`,
    headers: {
      ...gp.headers,
      'content-type': 'application/octet-stream',
      'content-length': bytes,
      [fileDoor.headers.attestationVersion]: anonymisationDuty.version,
      [fileDoor.headers.attestationHash]: anonymisationDuty.hash,
    },
  });
  const answered = new Promise<{ status: number; body: string }>((resolve, reject) => {
    outgoing.on('error', reject);
    outgoing.on('response', (response) => {
      let body = '';
      response.setEncoding('utf8').on('data', (part: string) => (body += part));
      response.on('end', () => {
        resolve({ status: response.statusCode ?? 0, body });
      });
    });
  });
  await pipeline(content(bytes), outgoing);
  const { status, body } = await answered;
  if (status !== 201) throw new Error(`an upload was answered with ${String(status)}: ${body}`);
  return (JSON.parse(body) as { fileId: string }).fileId;
}

async function download(origin: URL, gp: SignedIn, fileId: string, bytes: number): Promise<void> {
  const response = await fetch(new URL(`/api/v1/files/${fileId}`, origin), { headers: gp.headers });
  let arrived = 0;
  for await (const part of response.body ?? []) arrived += (part as Uint8Array).length;
  if (response.status !== 200 || arrived !== bytes)
    throw new Error(`a download was answered with ${String(response.status)} and ${String(arrived)} bytes`);
}
