import type { Issue } from '@definitivedx/errors';

/** As much of a discovery document (OpenID Connect Discovery, RFC 8414) as is relied on. */
export interface DiscoveryDocument {
  readonly issuer: string;
  readonly authorization_endpoint: string;
  readonly token_endpoint: string;
  readonly jwks_uri: string;
  readonly end_session_endpoint?: string;
  readonly userinfo_endpoint?: string;
  readonly response_types_supported?: readonly string[];
  readonly grant_types_supported?: readonly string[];
  readonly token_endpoint_auth_methods_supported?: readonly string[];
  readonly code_challenge_methods_supported?: readonly string[];
}

const needed = ['issuer', 'authorization_endpoint', 'token_endpoint', 'jwks_uri'] as const;
const addresses = ['end_session_endpoint', 'userinfo_endpoint'] as const;
const lists = [
  'response_types_supported',
  'grant_types_supported',
  'token_endpoint_auth_methods_supported',
  'code_challenge_methods_supported',
] as const;

const isText = (value: unknown): boolean => typeof value === 'string';
const isTexts = (value: unknown): boolean => Array.isArray(value) && value.every(isText);

/** Its fields that are missing or of the wrong shape; undefined for what is no object at all. */
function misshapen(value: unknown): string[] | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
  const found = value as Record<string, unknown>;
  return [
    ...needed.filter((name) => !isText(found[name])),
    ...addresses.filter((name) => found[name] !== undefined && !isText(found[name])),
    ...lists.filter((name) => found[name] !== undefined && !isTexts(found[name])),
  ];
}

const suffix = '/.well-known/openid-configuration';

/** Where the discovery document is: at the address itself, or below an issuer. */
export const documentUrl = (discoveryUrl: string): string =>
  discoveryUrl.includes('/.well-known/') ? discoveryUrl : `${discoveryUrl.replace(/\/$/, '')}${suffix}`;

/** The issuers that may publish their document there (OpenID Connect Discovery 4.3, RFC 8414 3.3), as text. */
function issuersOf(discoveryUrl: string): string[] {
  const below = /^(.*)\/\.well-known\/openid-configuration$/.exec(discoveryUrl)?.[1];
  if (below !== undefined) return [below, `${below}/`];
  const inserted =
    /^(https?:\/\/[^/]+)\/\.well-known\/(?:oauth-authorization-server|openid-configuration)(\/.*)?$/.exec(
      discoveryUrl,
    );
  if (inserted) return [`${inserted[1] ?? ''}${inserted[2] ?? ''}`];
  return [discoveryUrl];
}

interface Expectation {
  readonly discoveryUrl: string;
  /** How we prove who we are at its token endpoint. */
  readonly authentication: 'private_key_jwt' | 'client_secret_basic' | 'none';
  /** Whether plain http will do: on one's own machine only. */
  readonly allowHttp: boolean;
}

const isWebAddress = (address: string, allowHttp: boolean): boolean =>
  URL.canParse(address) && (address.startsWith('https://') || (allowHttp && address.startsWith('http://')));

/** What has to be true of the document; a sentence for each that is not. */
function shortcomings(
  found: DiscoveryDocument,
  { discoveryUrl, authentication, allowHttp }: Expectation,
): string[] {
  const wrong: string[] = [];
  const must = (holds: boolean, sentence: string): void => {
    if (!holds) wrong.push(sentence);
  };
  must(
    issuersOf(discoveryUrl).includes(found.issuer),
    'is the document of another issuer: its "issuer" must be the address that the document lies below, letter by letter',
  );
  const endpoints = [
    'authorization_endpoint',
    'token_endpoint',
    'jwks_uri',
    'end_session_endpoint',
    'userinfo_endpoint',
  ] as const;
  for (const name of endpoints) {
    const address = found[name];
    must(address === undefined || isWebAddress(address, allowHttp), `says "${name}" without https`);
  }
  const { response_types_supported: responses, grant_types_supported: grants } = found;
  must(
    (responses?.includes('code') ?? true) && (grants?.includes('authorization_code') ?? true),
    'does not offer the authorization code flow: response type "code", grant type "authorization_code"',
  );
  must(found.code_challenge_methods_supported?.includes('S256') ?? true, 'does not offer PKCE with S256');
  must(
    authentication === 'none' ||
      (found.token_endpoint_auth_methods_supported?.includes(authentication) ?? true),
    `does not offer ${authentication} at its token endpoint`,
  );
  return wrong;
}

/**
 * Reads a discovery document.
 * @returns the document, or what is wrong with it.
 */
export function readDiscovery(
  value: unknown,
  expectation: Expectation,
): { readonly document: DiscoveryDocument } | { readonly wrong: string[] } {
  const fields = misshapen(value);
  if (!fields) return { wrong: ['is not a discovery document'] };
  if (fields.length > 0) {
    return {
      wrong: [`is not a whole discovery document: ${fields.map((field) => `"${field}"`).join(', ')}`],
    };
  }
  const document = value as DiscoveryDocument;
  const wrong = shortcomings(document, expectation);
  return wrong.length === 0 ? { document } : { wrong };
}

/** The shortcomings, as issues of one field of a form. */
export const issuesOf = (path: string, wrong: readonly string[]): Issue[] =>
  wrong.map((message) => ({ path, message }));
