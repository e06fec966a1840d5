import { z } from 'zod';
import { loadConfig, parseEnv, secretFile, type ServiceConfig } from '@definitivedx/bus';

const megabyte = 1024 * 1024;

const filesEnv = {
  /** A JSON keyring with mode 0600; read again when it changes. */
  FILES_KEYRING_FILE: z.string().min(1),
  MAX_FILE_BYTES: z.coerce
    .number()
    .int()
    .min(1)
    .max(2048 * megabyte)
    .default(100 * megabyte),
  UPLOADS_AT_ONCE: z.coerce.number().int().min(1).max(1000).default(16),
  DOWNLOADS_AT_ONCE: z.coerce.number().int().min(1).max(1000).default(64),
  /** Either a folder … */
  FILES_DIR: z.string().min(1).optional(),
  /** … or a bucket of an S3 server. */
  S3_URL: z.url({ protocol: /^https?$/ }).optional(),
  S3_REGION: z.string().min(1).default('eu-west-2'),
  S3_BUCKET: z.string().min(3).optional(),
  S3_ACCESS_KEY_FILE: secretFile.optional(),
  S3_SECRET_KEY_FILE: secretFile.optional(),
  S3_PATIENCE_MS: z.coerce.number().int().min(100).max(60_000).default(10_000),
};

/** Where encrypted files are kept. */
export type StoreOptions =
  | { readonly kind: 'directory'; readonly path: string }
  | {
      readonly kind: 's3';
      readonly url: string;
      readonly region: string;
      readonly bucket: string;
      readonly accessKey: string;
      readonly secretKey: string;
      readonly patienceMs: number;
    };

/** What files needs besides what every service needs. */
export interface FilesOptions {
  readonly keyringFile: string;
  /** Largest file, in bytes. */
  readonly maxFileBytes: number;
  /** More than these are asked to come back; each holds a few megabytes. */
  readonly uploadsAtOnce: number;
  readonly downloadsAtOnce: number;
  readonly store: StoreOptions;
}

export type FilesConfig = ServiceConfig & FilesOptions;

/** The configuration of files from its environment. @throws Error with one line per wrong variable. */
export function loadFilesConfig(env: NodeJS.ProcessEnv = process.env): FilesConfig {
  const parsed = parseEnv(filesEnv, env);
  return {
    ...loadConfig('files', env),
    keyringFile: parsed.FILES_KEYRING_FILE,
    maxFileBytes: parsed.MAX_FILE_BYTES,
    uploadsAtOnce: parsed.UPLOADS_AT_ONCE,
    downloadsAtOnce: parsed.DOWNLOADS_AT_ONCE,
    store: storeOf(parsed),
  };
}

function storeOf(parsed: z.output<z.ZodObject<typeof filesEnv>>): StoreOptions {
  const { FILES_DIR, S3_URL, S3_BUCKET, S3_ACCESS_KEY_FILE, S3_SECRET_KEY_FILE } = parsed;
  if (FILES_DIR !== undefined && S3_URL === undefined) return { kind: 'directory', path: FILES_DIR };
  if (FILES_DIR === undefined && S3_URL && S3_BUCKET && S3_ACCESS_KEY_FILE && S3_SECRET_KEY_FILE) {
    return {
      kind: 's3',
      url: S3_URL,
      region: parsed.S3_REGION,
      bucket: S3_BUCKET,
      accessKey: S3_ACCESS_KEY_FILE,
      secretKey: S3_SECRET_KEY_FILE,
      patienceMs: parsed.S3_PATIENCE_MS,
    };
  }
  throw new Error(
    'The environment is not complete. Please set either FILES_DIR, or S3_URL, S3_BUCKET, S3_ACCESS_KEY_FILE and S3_SECRET_KEY_FILE.',
  );
}
