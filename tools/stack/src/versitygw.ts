import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { httpReady, supervise, type ManagedProcess } from './supervisor.js';
import { ensureTool, type Tool } from './tool.js';

const version = '1.8.0';

const versitygw: Tool = {
  name: 'versitygw',
  version,
  variable: 'VERSITYGW',
  // One that was built with `go install` does not know its number: the cache's folder name does.
  accepts: (output) => /^Version\s*:/.test(output),
  wanted: version,
  releases: `https://github.com/versity/versitygw/releases/download/v${version}`,
  sums: 'checksums.txt',
  archiveName: (platform, arch) => {
    const os = { linux: 'Linux', darwin: 'Darwin' }[platform as string];
    const cpu = { x64: 'x86_64', arm64: 'arm64' }[arch];
    return os === undefined || cpu === undefined ? undefined : `versitygw_v${version}_${os}_${cpu}.tar.gz`;
  },
  pinnedSums: {},
  goPackage: 'github.com/versity/versitygw/cmd/versitygw',
  image: `versity/versitygw:v${version}`,
  pathInImage: '/app/versitygw',
};

/** The path of an S3 server to run; see `ensureTool`. */
export const ensureVersitygw = (note?: (line: string) => void): Promise<string> =>
  ensureTool(versitygw, note);

export interface S3Options {
  /** From `ensureVersitygw()`. */
  readonly binary: string;
  /** Where buckets and objects lie. */
  readonly dir: string;
  readonly port: number;
  readonly bucket: string;
  readonly accessKey: string;
  readonly secretKey: string;
  readonly logFile: string;
}

/** A running S3 server with one bucket. */
export interface S3 extends ManagedProcess {
  readonly url: string;
  readonly region: string;
  readonly bucket: string;
  readonly accessKey: string;
  readonly secretKey: string;
  /** Folder of the bucket's objects, each in a file of its key's name. */
  readonly bucketDir: string;
}

/** Starts an S3 server on loopback, its objects in a folder, and keeps it running. */
export async function startS3(options: S3Options): Promise<S3> {
  const region = 'eu-west-2';
  const url = `http://127.0.0.1:${String(options.port)}`;
  const root = join(options.dir, 'buckets');
  const sidecar = join(options.dir, 'metadata');
  const bucketDir = join(root, options.bucket);
  for (const folder of [bucketDir, sidecar]) mkdirSync(folder, { recursive: true });
  const listen = ['--port', `127.0.0.1:${String(options.port)}`, '--region', region, '--health', '/health'];
  const server = supervise({
    name: 's3',
    command: options.binary,
    // Metadata beside the objects: not every file system of a temporary folder has extended attributes.
    args: [...listen, '--keep-alive', '--quiet', 'posix', '--sidecar', sidecar, root],
    env: {
      PATH: process.env['PATH'],
      ROOT_ACCESS_KEY: options.accessKey,
      ROOT_SECRET_KEY: options.secretKey,
    },
    logFile: options.logFile,
    ready: httpReady(`${url}/health`),
  });
  await server.start();
  const { bucket, accessKey, secretKey } = options;
  return Object.assign(server, { url, region, bucket, accessKey, secretKey, bucketDir });
}
