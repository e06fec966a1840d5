import type { JsonWebKey } from 'node:crypto';
import { z } from 'zod';
import { loadConfig, parseEnv, secretFile, type ServiceConfig } from '@definitivedx/bus';
import { egressSettings, type EgressSettings } from '@definitivedx/egress';

const megabyte = 1024 * 1024;

/** As much as a million members need, and some. */
export const defaultImportMaxBytes = 256 * megabyte;

/** Environment of access beside that of every service. */
const accessEnv = {
  /** The Ed25519 key (private JWK with a `kid`) that the tree heads of the audit are signed with. */
  AUDIT_KEY_FILE: secretFile.transform((content, context) => {
    try {
      return z.looseObject({ kid: z.string().min(1), d: z.string() }).parse(JSON.parse(content));
    } catch {
      context.addIssue({ code: 'custom', message: 'names a file that is not a private JWK with a "kid"' });
      return z.NEVER;
    }
  }),
  /** Largest file of members. */
  IMPORT_MAX_BYTES: z.coerce
    .number()
    .int()
    .min(1)
    .max(2048 * megabyte)
    .default(defaultImportMaxBytes),
};

export type AuditKey = JsonWebKey & { readonly kid?: string };

/** Token by which the options of the import door are injected. */
export abstract class AccessOptions {
  abstract readonly importMaxBytes: number;
}

export interface AccessConfig extends ServiceConfig, Partial<AccessOptions> {
  readonly auditKey: AuditKey;
  /** Which addresses that organisations name may be called; the strict rule when absent. */
  readonly egress?: EgressSettings;
}

/** The configuration of access from its environment. @throws Error with one line per wrong variable. */
export function loadAccessConfig(env: NodeJS.ProcessEnv = process.env): AccessConfig {
  const { AUDIT_KEY_FILE: auditKey, IMPORT_MAX_BYTES: importMaxBytes } = parseEnv(accessEnv, env);
  return { ...loadConfig('access', env), auditKey, importMaxBytes, egress: egressSettings(env) };
}
