import { z } from 'zod';
import { loadConfig, parseEnv, secretFile, type ServiceConfig } from '@definitivedx/bus';

const production = process.env['NODE_ENV'] === 'production';
/** Sign-in and cookies are only as safe as their transport; plain http is for one's own machine. */
const webAddress = z.url({ protocol: production ? /^https$/ : /^https?$/ });

const gatewayEnv = {
  PUBLIC_URL: webAddress,
  OIDC_ISSUER: webAddress,
  OIDC_CLIENT_ID: z.string().min(1),
  OIDC_CLIENT_SECRET_FILE: secretFile,
  OIDC_ACR_VALUES: z
    .string()
    .transform((list) => list.split(/[\s,]+/).filter((value) => value !== ''))
    .refine((values) => values.length > 0, 'names no authentication level'),
  API_AUDIENCE: z.string().min(1).default('urn:definitivedx:api'),
  /** Where the file service takes and gives bytes. */
  FILES_URL: z.url({ protocol: /^https?$/ }),
  /** Where access takes files of members. */
  ACCESS_URL: z.url({ protocol: /^https?$/ }),
  RATE_LIMIT_PER_MINUTE: z.coerce.number().int().min(1).max(1_000_000).default(600),
};

/** What the gateway needs besides what every service needs. */
export interface GatewayOptions {
  /** Where browsers find the gateway; scheme, host and port. */
  readonly publicUrl: URL;
  /** The one OIDC issuer whose people and tokens are accepted, exactly as it writes itself. */
  readonly issuer: string;
  readonly clientId: string;
  readonly clientSecret: string;
  /** Authentication levels that count as strong; any other sign-in is refused. */
  readonly acrValues: readonly string[];
  /** `aud` of access tokens meant for this API. */
  readonly apiAudience: string;
  /** The file service's address inside the cluster. */
  readonly filesUrl: URL;
  /** The access service's address inside the cluster. */
  readonly accessUrl: URL;
  /** Requests per member, or per address when nobody is signed in. */
  readonly rateLimitPerMinute: number;
}

export type GatewayConfig = ServiceConfig & GatewayOptions;

/** Token by which the options are injected. */
export abstract class Options implements GatewayOptions {
  abstract readonly publicUrl: URL;
  abstract readonly issuer: string;
  abstract readonly clientId: string;
  abstract readonly clientSecret: string;
  abstract readonly acrValues: readonly string[];
  abstract readonly apiAudience: string;
  abstract readonly filesUrl: URL;
  abstract readonly accessUrl: URL;
  abstract readonly rateLimitPerMinute: number;
}

/** Reads the environment. @throws Error with one line per missing or wrong variable. */
export function loadGatewayConfig(env: NodeJS.ProcessEnv = process.env): GatewayConfig {
  const parsed = parseEnv(gatewayEnv, env);
  return {
    ...loadConfig('gateway', env),
    publicUrl: new URL(parsed.PUBLIC_URL),
    issuer: parsed.OIDC_ISSUER,
    clientId: parsed.OIDC_CLIENT_ID,
    clientSecret: parsed.OIDC_CLIENT_SECRET_FILE,
    acrValues: parsed.OIDC_ACR_VALUES,
    apiAudience: parsed.API_AUDIENCE,
    filesUrl: new URL(parsed.FILES_URL),
    accessUrl: new URL(parsed.ACCESS_URL),
    rateLimitPerMinute: parsed.RATE_LIMIT_PER_MINUTE,
  };
}
