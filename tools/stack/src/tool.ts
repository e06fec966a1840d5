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

/** A server program written in Go that this project runs but does not contain. */
export interface Tool {
  /** Of the executable. */
  readonly name: string;
  /** The version that is fetched or built. */
  readonly version: string;
  /** Environment variable that may name an executable to use instead. */
  readonly variable: string;
  /** Whether what `--version` prints is recent enough. */
  readonly accepts: (output: string) => boolean;
  /** What `accepts` accepts, for a message: `2.11.0 or newer`. */
  readonly wanted: string;
  /** Folder of the official release, without a slash at its end. */
  readonly releases: string;
  /** The file there that lists SHA-256 sums. */
  readonly sums: string;
  /** The name of the official archive for a platform; undefined when there is none. */
  readonly archiveName: (platform: NodeJS.Platform, arch: string) => string | undefined;
  /**
   * SHA-256 of release archives, by file name. An archive that is not listed is verified against `sums` of the same
   * release, over HTTPS: that catches a damaged or cut-off download, and trusts the publisher's account as `go install`
   * trusts the Go checksum database. A sum entered here is trusted over that file.
   */
  readonly pinnedSums: Readonly<Record<string, string>>;
  /** What `go install` builds, without the version. */
  readonly goPackage: string;
  /** The official image and where the program is in it. */
  readonly image: string;
  readonly pathInImage: string;
}

/** How long a download may wait for its first answer, in milliseconds: being offline must show quickly. */
const answerWithin = 10_000;
const downloadWithin = 180_000;

/** The SHA-256 that a file of checksums gives for a file. */
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

/** The per-user folder of programs that were fetched or built. */
export const cacheRoot = (): string =>
  join(process.env['XDG_CACHE_HOME'] || join(homedir(), '.cache'), 'definitivedx');

const executableOf = (tool: Tool): string => (process.platform === 'win32' ? `${tool.name}.exe` : tool.name);

/** Fetches the official archive, verifies it, and leaves the program in `folder`. */
async function download(tool: Tool, folder: string): Promise<void> {
  const archive = tool.archiveName(process.platform, process.arch);
  if (archive === undefined)
    throw new Error(`there is no official archive for ${process.platform} ${process.arch}`);
  const get = async (name: string): Promise<Response> => {
    const abort = new AbortController();
    const timer = setTimeout(() => {
      abort.abort(new Error(`no answer from github.com within ${String(answerWithin / 1000)} s`));
    }, answerWithin);
    const signal = AbortSignal.any([abort.signal, AbortSignal.timeout(downloadWithin)]);
    const response = await fetch(`${tool.releases}/${name}`, { signal }).finally(() => {
      clearTimeout(timer);
    });
    if (!response.ok) throw new Error(`github.com answered ${String(response.status)} for ${name}`);
    return response;
  };
  const wanted = tool.pinnedSums[archive] ?? sumFor(await (await get(tool.sums)).text(), archive);
  if (wanted === undefined) throw new Error(`the release's ${tool.sums} does not name ${archive}`);
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
async function build(tool: Tool, folder: string): Promise<void> {
  const go = onPath('go');
  if (go === undefined) throw new Error('there is no "go" on PATH');
  await run(go, ['install', `${tool.goPackage}@v${tool.version}`], {
    env: { ...process.env, GOBIN: folder, GOFLAGS: '-trimpath', CGO_ENABLED: '0' },
    timeout: 900_000,
    maxBuffer: 16_000_000,
  });
}

/** Takes the program out of the official image, where a Docker engine answers and the image can be had. */
async function fromImage(tool: Tool, folder: string): Promise<void> {
  if (process.platform !== 'linux') throw new Error('the image holds a Linux program');
  const docker = onPath('docker');
  if (docker === undefined) throw new Error('there is no "docker" on PATH');
  const { stdout } = await run(docker, ['create', tool.image], { timeout: downloadWithin });
  const container = stdout.trim().split('\n').at(-1) ?? '';
  await run(docker, ['cp', `${container}:${tool.pathInImage}`, join(folder, executableOf(tool))], {
    timeout: 60_000,
  });
  await run(docker, ['rm', container], { timeout: 60_000 });
}

/** Runs one way of getting the program; the reason when it failed. */
async function attempt(
  tool: Tool,
  way: (tool: Tool, folder: string) => Promise<void>,
  target: string,
): Promise<string | undefined> {
  // Beside the target, so that the rename cannot cross a file system.
  const folder = mkdtempSync(`${target}.new-`);
  try {
    await way(tool, folder);
    const binary = join(folder, executableOf(tool));
    chmodSync(binary, 0o755);
    chmodSync(folder, 0o755);
    if (!tool.accepts(await versionOf(binary)))
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

/** The program that the tool's variable names; undefined when it names none. */
async function named(tool: Tool): Promise<string | undefined> {
  const path = process.env[tool.variable];
  if (!path) return undefined;
  const version = await versionOf(path).catch((error: unknown) => {
    throw new Refusal(`${tool.variable} names ${path}, which cannot be run: ${reasonOf(error)}`);
  });
  if (tool.accepts(version)) return path;
  throw new Refusal(`${tool.variable} names ${path}, which is ${version}; ${tool.wanted} is needed.`);
}

/**
 * The path of the program: the one its variable names, one on PATH, one from the per-user cache, the official release,
 * one built with Go, or the one in the official image, in this order. Throws a Refusal that says what to do when there
 * is none.
 */
export async function ensureTool(
  tool: Tool,
  note: (line: string) => void = () => undefined,
): Promise<string> {
  const chosen = await named(tool);
  if (chosen !== undefined) return chosen;
  const found = onPath(executableOf(tool));
  if (found !== undefined && tool.accepts(await versionOf(found).catch(() => ''))) return found;

  const target = join(cacheRoot(), `${tool.name}-${tool.version}`);
  const binary = join(target, executableOf(tool));
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
      const notFetched = await attempt(tool, download, target);
      if (notFetched === undefined) return binary;
      if (onPath('go') !== undefined) {
        note(
          `  The official ${tool.name} could not be fetched; building it with Go instead, once (1-3 minutes).`,
        );
      }
      const notBuilt = await attempt(tool, build, target);
      if (notBuilt === undefined) return binary;
      const notCopied = await attempt(tool, fromImage, target);
      if (notCopied === undefined) return binary;
      throw new Refusal(
        `There is no ${tool.name} ${tool.wanted}, and none could be had:\n` +
          `  fetching the official release: ${notFetched}\n  building it with Go: ${notBuilt}\n` +
          `  taking it from the Docker image: ${notCopied}\n` +
          'Do one of these and run the same command again: connect to the internet, install Go, start Docker, or put ' +
          `${tool.name} on PATH (or its path into ${tool.variable}).`,
      );
    },
    (pid) => {
      note(`  Waiting for process ${String(pid)}, which is getting ${tool.name}.`);
    },
  );
}
