import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  accessSync,
  chmodSync,
  constants,
  existsSync,
  mkdirSync,
  mkdtempSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { homedir } from 'node:os';
import { basename, delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { Refusal } from '../../bootstrap/steps.mjs';
import { withLock } from '../../bootstrap/lock.mjs';

const run = promisify(execFile);

/** The version that is fetched or built; one on PATH may be any from `oldest` up. */
export const natsVersion = '2.15.2';
const oldest = [2, 11, 0] as const;
const releases = `https://github.com/nats-io/nats-server/releases/download/v${natsVersion}`;
const executable = process.platform === 'win32' ? 'nats-server.exe' : 'nats-server';

/**
 * SHA-256 of release archives, by file name. An archive that is not listed is verified against the SHA256SUMS file of
 * the same release, over HTTPS: that catches a damaged or cut-off download, and trusts the publisher's account as
 * `go install` trusts the Go checksum database. A sum entered here is trusted over that file.
 */
const pinnedSums: Readonly<Record<string, string>> = {};

/** How long a download may wait for its first answer, in milliseconds: being offline must show quickly. */
const answerWithin = 10_000;
const downloadWithin = 180_000;

/** Reads `nats-server: v2.15.2`; undefined for anything else. */
export function parseVersion(output: string): readonly [number, number, number] | undefined {
  const match = /v?(\d+)\.(\d+)\.(\d+)/.exec(output);
  return match ? [Number(match[1]), Number(match[2]), Number(match[3])] : undefined;
}

/** Whether the version that a nats-server names is recent enough. */
export function isRecentEnough(output: string): boolean {
  const found = parseVersion(output);
  if (found === undefined) return false;
  for (const [index, part] of oldest.entries()) {
    const other = found[index] ?? 0;
    if (other !== part) return other > part;
  }
  return true;
}

/** The name of the official archive for a platform; undefined when there is none. */
export function archiveName(platform: NodeJS.Platform, arch: string): string | undefined {
  const os = { linux: 'linux', darwin: 'darwin' }[platform as string];
  const cpu = { x64: 'amd64', arm64: 'arm64', arm: 'arm7' }[arch];
  if (os === undefined || cpu === undefined) return undefined;
  return `nats-server-v${natsVersion}-${os}-${cpu}.tar.gz`;
}

/** The SHA-256 that a SHA256SUMS file gives for a file. */
export function sumFor(sums: string, file: string): string | undefined {
  for (const line of sums.split('\n')) {
    const [sum, name] = line.trim().split(/\s+\*?/);
    if (name !== undefined && basename(name) === file && /^[0-9a-f]{64}$/i.test(sum ?? ''))
      return sum?.toLowerCase();
  }
  return undefined;
}

async function versionOf(binary: string): Promise<string> {
  const { stdout } = await run(binary, ['--version'], { timeout: 10_000 });
  return stdout.trim().split('\n')[0] ?? '';
}

const isExecutable = (file: string): boolean => {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
};

function onPath(program: string): string | undefined {
  const folders = (process.env['PATH'] ?? '').split(delimiter).filter(Boolean);
  return folders.map((folder) => join(folder, program)).find(isExecutable);
}

const cacheRoot = (): string =>
  join(process.env['XDG_CACHE_HOME'] || join(homedir(), '.cache'), 'definitivedx');

/** Fetches the official archive, verifies it, and leaves the program in `folder`. */
async function download(folder: string): Promise<void> {
  const archive = archiveName(process.platform, process.arch);
  if (archive === undefined)
    throw new Error(`there is no official archive for ${process.platform} ${process.arch}`);
  const get = async (name: string): Promise<Response> => {
    const abort = new AbortController();
    const timer = setTimeout(() => {
      abort.abort(new Error(`no answer from github.com within ${String(answerWithin / 1000)} s`));
    }, answerWithin);
    const signal = AbortSignal.any([abort.signal, AbortSignal.timeout(downloadWithin)]);
    const response = await fetch(`${releases}/${name}`, { signal }).finally(() => {
      clearTimeout(timer);
    });
    if (!response.ok) throw new Error(`github.com answered ${String(response.status)} for ${name}`);
    return response;
  };
  const wanted = pinnedSums[archive] ?? sumFor(await (await get('SHA256SUMS')).text(), archive);
  if (wanted === undefined) throw new Error(`the release's SHA256SUMS does not name ${archive}`);
  const bytes = Buffer.from(await (await get(archive)).arrayBuffer());
  const sum = createHash('sha256').update(bytes).digest('hex');
  if (sum !== wanted)
    throw new Error(`${archive} has the checksum ${sum} where ${wanted} was expected, so it was not used`);
  const file = join(folder, archive);
  writeFileSync(file, bytes);
  await run('tar', ['-xzf', file, '-C', folder, '--strip-components=1']);
  rmSync(file);
}

/** Builds the pinned version with Go, whose checksum database verifies the source. */
async function build(folder: string): Promise<void> {
  const go = onPath('go');
  if (go === undefined) throw new Error('there is no "go" on PATH');
  await run(go, ['install', `github.com/nats-io/nats-server/v2@v${natsVersion}`], {
    env: { ...process.env, GOBIN: folder, GOFLAGS: '-trimpath', CGO_ENABLED: '0' },
    timeout: 900_000,
    maxBuffer: 16_000_000,
  });
}

/** Takes the program out of the official image, where a Docker engine answers and the image can be had. */
async function fromImage(folder: string): Promise<void> {
  if (process.platform !== 'linux') throw new Error('the image holds a Linux program');
  const docker = onPath('docker');
  if (docker === undefined) throw new Error('there is no "docker" on PATH');
  const { stdout } = await run(docker, ['create', `nats:${natsVersion}`], { timeout: downloadWithin });
  const container = stdout.trim().split('\n').at(-1) ?? '';
  await run(docker, ['cp', `${container}:/nats-server`, join(folder, executable)], { timeout: 60_000 });
  await run(docker, ['rm', container], { timeout: 60_000 });
}

/** Runs one way of getting the program; the reason when it failed. */
async function attempt(way: (folder: string) => Promise<void>, target: string): Promise<string | undefined> {
  // Beside the target, so that the rename cannot cross a file system.
  const folder = mkdtempSync(`${target}.new-`);
  try {
    await way(folder);
    const binary = join(folder, executable);
    chmodSync(binary, 0o755);
    chmodSync(folder, 0o755);
    if (!isRecentEnough(await versionOf(binary)))
      throw new Error('what came is not the version that was asked for');
    rmSync(target, { recursive: true, force: true });
    renameSync(folder, target);
    return undefined;
  } catch (error) {
    return reasonOf(error);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { stderr } = error as { stderr?: string };
  const cause =
    error.cause instanceof Error
      ? ` (${error.cause.message || String((error.cause as NodeJS.ErrnoException).code)})`
      : '';
  return stderr?.trim().split('\n').slice(-3).join(' ') || `${error.message}${cause}`;
}

/**
 * The path of a nats-server to run: the one NATS_SERVER names, one on PATH, one from the per-user cache, the official
 * release, one built with Go, or the one in the official image, in this order. Throws a Refusal that says what to do when there is none.
 */
export async function ensureNatsServer(note: (line: string) => void = () => undefined): Promise<string> {
  const named = process.env['NATS_SERVER'];
  if (named) {
    const version = await versionOf(named).catch((error: unknown) => {
      throw new Refusal(`NATS_SERVER names ${named}, which cannot be run: ${reasonOf(error)}`);
    });
    if (isRecentEnough(version)) return named;
    throw new Refusal(
      `NATS_SERVER names ${named}, which is ${version}; ${oldest.join('.')} or newer is needed.`,
    );
  }
  const found = onPath(executable);
  if (found !== undefined && isRecentEnough(await versionOf(found).catch(() => ''))) return found;

  const target = join(cacheRoot(), `nats-server-${natsVersion}`);
  const binary = join(target, executable);
  if (isExecutable(binary)) return binary;
  try {
    mkdirSync(cacheRoot(), { recursive: true });
  } catch (error) {
    throw new Refusal(
      `The cache folder ${cacheRoot()} cannot be made (${reasonOf(error)}). Set XDG_CACHE_HOME to one that can.`,
    );
  }
  return withLock(
    `${target}.lock`,
    async () => {
      if (existsSync(binary)) return binary;
      const notFetched = await attempt(download, target);
      if (notFetched === undefined) return binary;
      if (onPath('go') !== undefined) {
        note(
          '  The official nats-server could not be fetched; building it with Go instead, once (1-3 minutes).',
        );
      }
      const notBuilt = await attempt(build, target);
      if (notBuilt === undefined) return binary;
      const notCopied = await attempt(fromImage, target);
      if (notCopied === undefined) return binary;
      throw new Refusal(
        `There is no nats-server ${oldest.join('.')} or newer, and none could be had:\n` +
          `  fetching the official release: ${notFetched}\n  building it with Go: ${notBuilt}\n` +
          `  taking it from the Docker image: ${notCopied}\n` +
          'Do one of these and run the same command again: connect to the internet, install Go, start Docker, or put ' +
          'nats-server on PATH (or its path into NATS_SERVER).',
      );
    },
    (pid) => {
      note(`  Waiting for process ${String(pid)}, which is getting nats-server.`);
    },
  );
}
