import { ensureTool, type Tool } from './tool.js';

/** The version that is fetched or built; one on PATH may be any from `oldest` up. */
export const natsVersion = '2.15.2';
const oldest = [2, 11, 0] as const;

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

const natsServer: Tool = {
  name: 'nats-server',
  version: natsVersion,
  variable: 'NATS_SERVER',
  accepts: isRecentEnough,
  wanted: `${oldest.join('.')} or newer`,
  releases: `https://github.com/nats-io/nats-server/releases/download/v${natsVersion}`,
  sums: 'SHA256SUMS',
  archiveName,
  pinnedSums: {},
  goPackage: 'github.com/nats-io/nats-server/v2',
  image: `nats:${natsVersion}`,
  pathInImage: '/nats-server',
};

/** The path of a nats-server to run; see `ensureTool`. */
export const ensureNatsServer = (note?: (line: string) => void): Promise<string> =>
  ensureTool(natsServer, note);
