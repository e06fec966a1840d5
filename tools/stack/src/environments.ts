import { join } from 'node:path';
import type { Principal, ServiceName } from '@definitivedx/contracts';
import type { Ports } from './ports.js';
import type { Secrets } from './secrets.js';

/** What the environments of all processes are made from. */
export interface Setting {
  readonly stateDir: string;
  readonly ports: Ports;
  /** Where the gateway and the identity provider listen; everything else is on loopback. */
  readonly host: string;
  readonly publicUrl: string;
  readonly issuer: string;
  /** The second development issuer: a trust's own. */
  readonly trustIssuer: string;
  readonly mailboxUrl: string;
  readonly natsUrl: string;
  readonly secrets: Secrets;
  readonly databaseUrls: Readonly<Record<ServiceName, string>>;
  /** As PostgreSQL's administrator; for what fills databases past their services. */
  readonly adminUrl?: string;
  /** Goes over everything else, for every service. */
  readonly extra: NodeJS.ProcessEnv;
}

export const apiAudience = 'urn:definitivedx:api';

/** From our own environment, only what a program needs to run, and the collector to send traces to. */
function inherited(): NodeJS.ProcessEnv {
  const keep = /^(PATH|HOME|TZ|LANG|LC_.*|TMPDIR|OTEL_.*|NODE_EXTRA_CA_CERTS)$/;
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => keep.test(name)));
}

export const environments = (setting: Setting) => {
  const { ports, secrets, stateDir } = setting;
  const common = (name: string): NodeJS.ProcessEnv => ({
    ...inherited(),
    NODE_ENV: 'development',
    // What organisations name is on this machine too: their sign-in, their webhooks.
    EGRESS_TRUSTED_HOSTS: '*',
    LOG_LEVEL: process.env['DDX_PROGRAM_LOG_LEVEL'] ?? process.env['LOG_LEVEL'] ?? 'info',
    // The C library keeps a heap per thread otherwise, most of each empty.
    MALLOC_ARENA_MAX: '2',
    OTEL_SERVICE_NAME: name,
    TRACE_DIR: join(stateDir, 'traces'),
  });
  const principal = (name: Principal): NodeJS.ProcessEnv => ({
    NATS_URL: setting.natsUrl,
    NATS_SEED_FILE: secrets.seedFile(name),
    CALLER_KEY_FILE: secrets.callerKeyFile(name),
    CALLER_JWKS_FILE: secrets.callerJwksFile,
  });
  const only: Readonly<Partial<Record<ServiceName, NodeJS.ProcessEnv>>> = {
    gateway: {
      HOST: setting.host,
      PUBLIC_URL: setting.publicUrl,
      OIDC_ISSUER: setting.issuer,
      OIDC_CLIENT_ID: 'definitivedx-gateway',
      OIDC_CLIENT_SECRET_FILE: secrets.oidcClientSecretFile,
      OIDC_ACR_VALUES: 'AAL2,AAL3',
      API_AUDIENCE: apiAudience,
      GATEWAY_KEY_FILE: secrets.gatewayKeyFile,
      // Whoever tries it has nothing but this machine to name.
      EGRESS_TRUSTED_HOSTS: '*',
      FILES_URL: `http://127.0.0.1:${String(ports.files)}`,
      ACCESS_URL: `http://127.0.0.1:${String(ports.access)}`,
    },
    access: { AUDIT_KEY_FILE: secrets.auditKeyFile },
    cases: { DRAFTS_KEYRING_FILE: secrets.draftsKeyringFile },
    files: { FILES_KEYRING_FILE: secrets.filesKeyringFile, FILES_DIR: join(stateDir, 'files') },
    notify: {
      PUBLIC_URL: setting.publicUrl,
      SMTP_URL: `smtp://127.0.0.1:${String(ports.smtp)}`,
      MAIL_FROM: 'DefinitiveDx <no-reply@demo.invalid>',
    },
  };
  /** How the tools that a person runs beside the system reach it. */
  const asAdmin = (name: ServiceName): string | undefined => {
    if (setting.adminUrl === undefined) return undefined;
    const url = new URL(setting.adminUrl);
    url.pathname = new URL(setting.databaseUrls[name]).pathname;
    return url.href;
  };
  const tool = (name: 'operator' | 'provisioner'): NodeJS.ProcessEnv => principal(name);

  return {
    service: (name: ServiceName): NodeJS.ProcessEnv => ({
      ...common(name),
      HOST: '127.0.0.1',
      PORT: String(ports[name]),
      DATABASE_URL: setting.databaseUrls[name],
      ...principal(name),
      ...only[name],
      ...setting.extra,
    }),
    identityProvider: (): NodeJS.ProcessEnv => ({
      ...inherited(),
      NODE_ENV: 'development',
      HOST: setting.host,
      PORT: String(ports.identityProvider),
      ISSUER: setting.issuer,
      TRUST_PORT: String(ports.trustIdentityProvider),
      TRUST_ISSUER: setting.trustIssuer,
      PUBLIC_URL: setting.publicUrl,
      OIDC_CLIENT_SECRET_FILE: secrets.oidcClientSecretFile,
      API_AUDIENCE: apiAudience,
      STATE_DIR: join(stateDir, 'identity-provider'),
    }),
    mailbox: (): NodeJS.ProcessEnv => ({
      ...inherited(),
      PORT: String(ports.mailboxWeb),
      SMTP_PORT: String(ports.smtp),
      MAIL_DIR: join(stateDir, 'mailbox'),
    }),
    provisioner: (): NodeJS.ProcessEnv => ({ ...common('provisioner'), ...principal('provisioner') }),
    seed: (): NodeJS.ProcessEnv => ({
      ...common('seed'),
      ...principal('operator'),
      OIDC_ISSUER: setting.issuer,
    }),
    /** By npm script, what tools/bootstrap adds to the environment of a command that is run beside the system. */
    tools: (): Record<string, NodeJS.ProcessEnv> => ({
      provision: tool('provisioner'),
      'dead-letters': tool('operator'),
      'files:keys': tool('operator'),
      demo: {
        PUBLIC_URL: setting.publicUrl,
        OIDC_ISSUER: setting.issuer,
        TRUST_ISSUER: setting.trustIssuer,
        MAILBOX_URL: setting.mailboxUrl,
      },
      'audit:export': tool('operator'),
      load: { LOAD_CASES_URL: asAdmin('cases'), LOAD_ACCESS_URL: asAdmin('access') },
    }),
  };
};
