import { z } from 'zod';
import type { JWK } from 'jose';
import { loadConfig, parseEnv, secretFile, type ServiceConfig } from '@definitivedx/bus';
import { egressSettings, type EgressSettings } from '@definitivedx/egress';

const production = process.env['NODE_ENV'] === 'production';
/** Sign-in and cookies are only as safe as their transport; plain http is for one's own machine. */
const webAddress = z.url({ protocol: production ? /^https$/ : /^https?$/ });

const keys = z.object({
  keys: z.array(z.looseObject({ kty: z.literal('RSA'), kid: z.string(), d: z.string() })).min(1),
});

/** A file with our own private keys, the one to sign with first. */
const keyFile = secretFile.transform((content, context): JWK[] => {
  try {
    return keys.parse(JSON.parse(content)).keys;
  } catch {
    context.addIssue({ code: 'custom', message: 'names a file that is not a set of private RSA keys (JWK)' });
    return z.NEVER;
  }
});

/** Regions of the United Kingdom and the European Union, by whatever name their provider gives them. */
const region = z
  .string()
  .regex(/^(uk|eu)[a-z0-9-]*$|^(north|west)europe$/, 'is not a region of the UK or the EU');

const wordsOf = (list: string): string[] => list.split(/[\s,]+/).filter((value) => value !== '');

const gatewayEnv = {
  PUBLIC_URL: webAddress,
  OIDC_ISSUER: webAddress,
  OIDC_CLIENT_ID: z.string().min(1),
  OIDC_CLIENT_SECRET_FILE: secretFile,
  OIDC_ACR_VALUES: z
    .string()
    .transform(wordsOf)
    .refine((values) => values.length > 0, 'names no authentication level'),
  API_AUDIENCE: z.string().min(1).default('urn:definitivedx:api'),
  /** Where the file service takes and gives bytes. */
  FILES_URL: z.url({ protocol: /^https?$/ }),
  /** Where access takes files of members. */
  ACCESS_URL: z.url({ protocol: /^https?$/ }),
  GATEWAY_KEY_FILE: keyFile,
  DATA_REGIONS: z.string().default('eu-west-2').transform(wordsOf).pipe(z.array(region).min(1)),
  APPLICATIONS_PER_HOUR: z.coerce.number().int().min(1).max(1_000_000).default(10),
  RATE_LIMIT_PER_MINUTE: z.coerce.number().int().min(1).max(1_000_000).default(600),
};

/** What the gateway needs besides what every service needs. */
export interface GatewayOptions {
  /** Where browsers find the gateway; scheme, host and port. */
  readonly publicUrl: URL;
  /** The deployment's own OIDC issuer, exactly as it writes itself; organisations register further ones. */
  readonly issuer: string;
  readonly clientId: string;
  readonly clientSecret: string;
  /** Authentication levels that count as strong, unless an issuer has its own; any other sign-in is refused. */
  readonly acrValues: readonly string[];
  /** Our own key pairs, by which organisations' issuers know us. */
  readonly keys: readonly JWK[];
  /** What may be asked of addresses that organisations name. */
  readonly egress: EgressSettings;
  /** Whether those may be plain http: on one's own machine. */
  readonly allowHttp: boolean;
  /** Regions that an organisation may choose for its data. */
  readonly dataRegions: readonly string[];
  /** Applications that one network address may send to each replica. */
  readonly applicationsPerHour: number;
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
  abstract readonly keys: readonly JWK[];
  abstract readonly egress: EgressSettings;
  abstract readonly allowHttp: boolean;
  abstract readonly dataRegions: readonly string[];
  abstract readonly applicationsPerHour: number;
  abstract readonly apiAudience: string;
  abstract readonly filesUrl: URL;
  abstract readonly accessUrl: URL;
  abstract readonly rateLimitPerMinute: number;
}

/** Reads the environment. @throws Error with one line per missing or wrong variable. */
export function loadGatewayConfig(env: NodeJS.ProcessEnv = process.env): GatewayConfig {
  const parsed = parseEnv(gatewayEnv, env);
  const egress = egressSettings(env);
  return {
    ...loadConfig('gateway', env),
    publicUrl: new URL(parsed.PUBLIC_URL),
    issuer: parsed.OIDC_ISSUER,
    clientId: parsed.OIDC_CLIENT_ID,
    clientSecret: parsed.OIDC_CLIENT_SECRET_FILE,
    acrValues: parsed.OIDC_ACR_VALUES,
    keys: parsed.GATEWAY_KEY_FILE,
    egress,
    allowHttp: egress.trustedHosts === 'any',
    dataRegions: parsed.DATA_REGIONS,
    applicationsPerHour: parsed.APPLICATIONS_PER_HOUR,
    apiAudience: parsed.API_AUDIENCE,
    filesUrl: new URL(parsed.FILES_URL),
    accessUrl: new URL(parsed.ACCESS_URL),
    rateLimitPerMinute: parsed.RATE_LIMIT_PER_MINUTE,
  };
}
